# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Orders of key changes, sends and swapped roles between two pools. `mode` is how increments go from
# one to the other: plain (zfs send | zfs receive), rewrap (through `stream rewrap`) or vault (through
# a vault that knows the receiver's wrapping). Sets `losses`.
: "${mode:?}"
pools
mkdir -p $work/k /mnt/m
RANDOM=$seed

# Each order begins with a file system `enc` on side A, an encryption root, and in it `c`, which
# inherits its key (heir) or is a root itself (root). A is tank, B is back. What follows:
#   full:AB     c goes in full below B's own enc, which has another key
#   pack:AB     enc and c go as a package: B has no enc before
#   incr:AB     the newest snapshot of c goes as an increment (incrtop: of enc; incrclone: as a
#               clone of c); whatever the receiver changed since is rolled back
#   write:A     c is opened, a file is written, a snapshot taken (writetop: of enc)
#   dirty:A     c is opened and a file is written, and no snapshot taken
#   key:A       change-key of enc        own:A  change-key of c, its own root from now on
#   inherit:A   change-key -i of c       rename:A  c gets another name
#   unload:A load:A                      all of that side's keys
orders=(
    'heir full:AB inherit:B write:B incr:BA'
    'heir full:AB key:A write:B incr:BA'
    'heir full:AB inherit:B write:A incr:AB'
    'root full:AB own:B write:A incr:AB'
    'root full:AB own:B write:B incr:BA'
    'heir pack:AB key:B writetop:B incrtop:BA'
    'heir pack:AB key:A write:A incr:AB'
    'root full:AB own:B write:B incr:BA incrclone:AB'
    'heir full:AB inherit:B key:B write:A incr:AB write:B incr:BA'
    'heir full:AB inherit:B key:A key:B write:B incr:BA write:A incr:AB'
    'root full:AB inherit:B write:B incr:BA key:B write:A incr:AB'
    'root full:AB own:A write:A incr:AB'
    'heir full:AB own:A write:A incr:AB write:B incr:BA'
    'heir full:AB unload:B write:A incr:AB load:B write:B incr:BA'
    'heir full:AB inherit:B unload:B write:A incr:AB load:B dirty:B write:A incr:AB'
    'heir full:AB inherit:B rename:A write:B incr:BA'
    'root full:AB rename:B own:B write:A incr:AB'
    'heir pack:AB key:B write:A incr:AB write:B incr:BA'
    'heir pack:AB own:B write:B incr:BA'
    'heir full:AB inherit:B write:B incr:BA write:A incr:AB key:A write:A incr:AB key:B write:B incr:BA'
    'heir full:AB inherit:B own:B inherit:B write:B incr:BA'
    'root full:AB inherit:A write:A incr:AB'
    'root full:AB inherit:A key:A write:A incr:AB own:B write:B incr:BA'
    'root full:AB own:B own:A write:A incr:AB write:B incr:BA'
    'heir full:AB inherit:B dirty:A write:B incr:BA rename:B write:A incr:AB'
    'root full:AB own:A unload:A own:B write:B incr:BA load:A write:A incr:AB'
    'heir pack:AB writetop:A key:A incrtop:AB write:A incr:AB'
    'heir full:AB write:B inherit:B incr:BA key:A write:A incr:AB'
)

declare -A pool=([A]=tank [B]=back) name key sum at
new_key() {     # new_key: a file with 32 random bytes
    keys=$((keys + 1))
    file=$work/k/$keys
    head -c 32 /dev/urandom >"$file"
}
keys=0 stamp=0

top_of() { echo "${pool[$1]}/$o/enc"; }
of() { echo "${pool[$1]}/$o/enc/${name[$1]}"; }
root_key() {    # root_key SIDE: the file with the key that opens c there
    [ "$(zfs get -H -o value encryptionroot "$(of "$1")")" = "$(of "$1")" ] || { echo "${key[$1/enc]}"; return; }
    echo "${key[$1/c]}"
}

# opened DATASET: it is closed and opened again: only then its key is unwrapped anew
opened() {
    zfs umount "$1" 2>/dev/null
    zfs mount "$1" 2>/dev/null
}

hash_of() { (cd "$1" && find . -xdev -type f -print0 | sort -z | xargs -0r sha256sum | sha256sum); }

# wrote DATASET: a file more, of random size
wrote() {
    opened "$1" || return
    stamp=$((stamp + 1))
    head -c $((RANDOM * 3)) /dev/urandom >"/$1/f$stamp" && : >"/$1/empty$stamp"
}

# took SIDE DATASET WHAT: a snapshot of it
took() {
    stamp=$((stamp + 1))
    zfs snapshot "$2@s$stamp" && sum[$2@s$stamp]=$(hash_of "/$2") && at[$1/$3]=s$stamp
}

# move SOURCE TARGET BASE SNAPSHOT [CLONE]: the increment, in this mode's way; it may become a clone
move() {
    local head="zfs send -w $2@$3 2>/dev/null | head -c 65536" from=tank/$o/enc/c into=(-F "$2")
    [ "${1##*/}" != enc ] || from=tank/$o/enc
    [ -z "${5-}" ] || into=(-o "origin=$2@$3" "$5")
    case $mode in
        plain) zfs send -w -i "@$3" "$1@$4" | zfs receive -u "${into[@]}";;
        rewrap) zfs send -w -i "@$3" "$1@$4" | sealift stream rewrap --wrapping-by "$head" |
            zfs receive -u "${into[@]}";;
        vault) zfs send -w -i "@$3" "$1@$4" | sealift receive "$from" &&
            sealift send -w -i "@$3" --wrapping-by "$head" "$from@$4" | zfs receive -u "${into[@]}";;
    esac
}

# step STEP: false where real ZFS cannot any more
step() {
    local side=${1#*:} other s
    other=${side:1} side=${side:0:1}
    case $1 in
        heir|root)
            name=([A]=c [B]=c)
            zfs create -o canmount=off "tank/$o" && zfs create -o canmount=off "back/$o"
            new_key; key[A/enc]=$file
            zfs create -o encryption=aes-256-gcm -o keyformat=raw -o "keylocation=file://$file" "tank/$o/enc"
            if [ "$1" = root ]; then
                new_key; key[A/c]=$file
                zfs create -o encryption=aes-256-gcm -o keyformat=raw -o "keylocation=file://$file" "tank/$o/enc/c"
            else
                key[A/c]=$file
                zfs create "tank/$o/enc/c"
            fi
            wrote "tank/$o/enc" && took A "tank/$o/enc" enc
            wrote "tank/$o/enc/c" && took A "tank/$o/enc/c" c;;
        full:AB)
            new_key; key[B/enc]=$file
            zfs create -o encryption=aes-256-gcm -o keyformat=raw -o "keylocation=file://$file" "back/$o/enc"
            key[B/c]=$(root_key A) s=${at[A/c]} at[B/c]=$s
            sum[$(of B)@$s]=${sum[$(of A)@$s]}
            if [ "$mode" = vault ]; then
                sealift create -p "tank/$o/enc"
                zfs send -w "$(of A)@$s" | sealift receive "tank/$o/enc/c"
                sealift send -w "tank/$o/enc/c@$s"
            else
                zfs send -w "$(of A)@$s"
            fi | zfs receive -u -o "keylocation=file://${key[B/c]}" "$(of B)"
            zfs load-key "$(of B)";;
        pack:AB)
            stamp=$((stamp + 1)) s=p$stamp
            opened "tank/$o/enc" && opened "tank/$o/enc/c"
            zfs snapshot -r "tank/$o/enc@$s"
            key[B/enc]=${key[A/enc]} key[B/c]=${key[A/c]} at[A/c]=$s at[A/enc]=$s
            sum[tank/$o/enc@$s]=$(hash_of "/tank/$o/enc") sum[tank/$o/enc/c@$s]=$(hash_of "/tank/$o/enc/c")
            if [ "$mode" = vault ]; then
                sealift create -p "tank/$o"
                zfs send -Rw "tank/$o/enc@$s" | sealift receive "tank/$o/enc"
                sealift send -Rw "tank/$o/enc@$s"
            else
                zfs send -Rw "tank/$o/enc@$s"
            fi | zfs receive -u "back/$o/enc"
            at[B/c]=$s at[B/enc]=$s
            for s in $(zfs list -Hr -t snapshot -o name "tank/$o/enc"); do sum[back/${s#*/}]=${sum[$s]}; done
            zfs load-key "back/$o/enc";;
        incrclone:*)
            # What side has written since its base becomes a clone of the base at the other.
            s=${at[$side/c]}
            wrote "$(of "$side")" && took "$side" "$(of "$side")" c || return
            move "$(of "$side")" "$(of "$other")" "$s" "${at[$side/c]}" "$(of "$other")-clone";;
        incrtop:*)
            move "$(top_of "$side")" "$(top_of "$other")" "${at[$other/enc]}" "${at[$side/enc]}" || return
            at[$other/enc]=${at[$side/enc]}
            sum[$(top_of "$other")@${at[$side/enc]}]=${sum[$(top_of "$side")@${at[$side/enc]}]};;
        incr:*)
            move "$(of "$side")" "$(of "$other")" "${at[$other/c]}" "${at[$side/c]}" || return
            at[$other/c]=${at[$side/c]}
            sum[$(of "$other")@${at[$side/c]}]=${sum[$(of "$side")@${at[$side/c]}]};;
        write:*) wrote "$(of "$side")" && took "$side" "$(of "$side")" c;;
        writetop:*) wrote "$(top_of "$side")" && took "$side" "$(top_of "$side")" enc;;
        dirty:*) wrote "$(of "$side")" && zpool sync "${pool[$side]}";;
        key:*)
            # On a root with an heir that does not open, change-key stops the kernel.
            opened "$(top_of "$side")" && opened "$(of "$side")" || return
            new_key
            zfs change-key -o keyformat=raw -o "keylocation=file://$file" "$(top_of "$side")" && key[$side/enc]=$file;;
        own:*)
            opened "$(of "$side")" || return
            new_key
            zfs change-key -o keyformat=raw -o "keylocation=file://$file" "$(of "$side")" && key[$side/c]=$file;;
        inherit:*) opened "$(of "$side")" && zfs change-key -i "$(of "$side")";;
        rename:*)
            zfs rename "$(of "$side")" "$(of "$side")2" || return
            for s in "${!sum[@]}"; do
                [[ $s != "$(of "$side")@"* ]] || sum[$(of "$side")2@${s#*@}]=${sum[$s]}
            done
            name[$side]+=2;;
        unload:*) zfs umount "$(of "$side")"; zfs umount "$(top_of "$side")"; zfs unload-key -r "$(top_of "$side")";;
        load:*) zfs load-key -r "$(top_of "$side")";;
        *) fail "no such step: $1";;
    esac
}

# lost DATASET: why it is, if it is. Nothing is ever removed, so the newest snapshot holds all files.
lost() {
    local s
    [ "$(zfs get -H -o value keystatus "$1")" = available ] || { echo " $1: its key does not load;"; return; }
    s=$(zfs list -H -t snapshot -o name -s createtxg "$1" | tail -n 1)
    [ -n "$s" ] || { s=$1@look && zfs snapshot "$s"; }
    mount -t zfs -o ro "$s" /mnt/m 2>/dev/null || { echo " $s: does not open;"; return; }
    [ -z "${sum[$s]-}" ] || [ "$(hash_of /mnt/m)" = "${sum[$s]}" ] || echo " $s: other files;"
    umount /mnt/m
}

# run_order: all its steps, or those that real ZFS can do
run_order() {
    for step in $1; do
        step "$step" >"$work/out" 2>&1 && continue
        stopped[$o]=$step
        echo "$mode: $1: stopped at $step"
        [ "$mode" = plain ] || cat "$work/out"
        break
    done
}

declare -A stopped
number=0
for order in "${orders[@]}"; do
    o=o$((++number))
    run_order "$order"
done
say "$mode: $number orders"

for p in tank back; do
    zpool export $p
    zpool import -N -d /dev $p
    zfs load-key -a >/dev/null 2>&1 || true
done
losses=0
number=0
for order in "${orders[@]}"; do
    o=o$((++number)) why=
    for ds in $(zfs list -Hr -t filesystem -o name "tank/$o" "back/$o" | grep /enc); do why+="$(lost "$ds")"; done
    [ -n "$why${stopped[$o]-}" ] || continue
    losses=$((losses + 1))
    echo "$mode: $order:${why:+ lost ($why)}${stopped[$o]+ stopped at ${stopped[$o]}}"
done
say "$mode: lost in $losses of $number orders"
