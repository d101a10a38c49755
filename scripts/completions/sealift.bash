# SPDX-License-Identifier: Apache-2.0
# bash completion for sealift(1): asks the program, so that it cannot go stale.

# Words that `sealift COMMAND... --help` lists under the heading $1.
_sealift_words() {
    local heading=$1
    shift
    sealift "$@" --help 2>/dev/null | awk -v heading="$heading" '
        /^[^ ]/ { on = tolower($0) ~ "^(sub)?" heading ":?$"; next }
        !on { next }
        heading == "commands" && /^  [a-z]/ {  # "  receive, recv   store a stream"
            for (i = 1; sub(",$", "", $i); i++) print $i
            print $i
        }
        heading == "commands" { next }
        { for (i = 1; i <= NF && $i ~ /^-/; i++) { gsub(",", "\n", $i); print $i } }'
}

_sealift() {
    local current=${COMP_WORDS[COMP_CWORD]} command=() names word
    names=$(_sealift_words commands)
    for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
        if grep -qxF -e "$word" <<<"$names"; then
            command+=("$word")
            names=$(_sealift_words commands "${command[@]}")
        fi
    done
    case $current in
        -*) names=$(_sealift_words options; _sealift_words options "${command[@]}") ;;
        */* | *@*) names=$(sealift list -H -o name -t all 2>/dev/null || true) ;;
        *) [ ${#command[@]} = 0 ] || names+=$'\n'$(sealift list -H -o name 2>/dev/null || true) ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$names" -- "$current")
}

complete -o default -F _sealift sealift
