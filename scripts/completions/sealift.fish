# SPDX-License-Identifier: Apache-2.0
# fish completion for sealift(1): asks the program, so that it cannot go stale.

# Words that `sealift COMMAND... --help` lists under the heading $argv[1].
function __sealift_words
    sealift $argv[2..] --help 2>/dev/null | awk -v heading=$argv[1] '
        /^[^ ]/ { on = tolower($0) ~ "^(sub)?" heading ":?$"; next }
        !on { next }
        heading == "commands" && /^  [a-z]/ {  # "  receive, recv   store a stream"
            for (i = 1; sub(",$", "", $i); i++) print $i
            print $i
        }
        heading == "commands" { next }
        { for (i = 1; i <= NF && $i ~ /^-/; i++) { gsub(",", "\n", $i); print $i } }'
end

function __sealift_complete
    set -l command
    set -l names (__sealift_words commands)
    for word in (commandline -opc)[2..]
        if contains -- $word $names
            set -a command $word
            set names (__sealift_words commands $command)
        end
    end
    if string match -q -- '-*' (commandline -ct)
        __sealift_words options
        __sealift_words options $command
    else
        printf '%s\n' $names
        test -n "$command"; and sealift list -H -o name -t all 2>/dev/null
    end
end

complete -c sealift -a '(__sealift_complete)'
