# fish completion for pixverse
#
# Made by `python -m pixverse_cli.manual` out of the commands themselves: do not edit.
# Words come from this file alone. Task ids come from the local store, through the sqlite3
# program or, where there is none, through pixverse itself; nothing asks the network.

# Prints the words before the cursor, a line each: first the command, with its second word
# where it is one of a group; then what stands without an option.
function __pixverse_read
    set -l words (commandline -opc)
    set -e words[1]
    set -l command ''
    set -l ended ''
    set -l value ''
    set -l rest
    set -l index 0
    for word in $words
        set index (math $index + 1)
        if test -n "$value"
            set value ''
        else if test -n "$ended"; or not string match -qr -- '^-.' $word
            switch "$command"
                case ''
                    set command $word
                case @groups@
                    set command "$command $word"
                case sandbox
                    set rest $words[$index..]
                    break
                case '*'
                    set -a rest $word
            end
        else if test $word = --
            set ended yes
            if test "$command" = sandbox
                set rest $words[(math $index + 1)..]
                break
            end
        else if not string match -q -- '--*=*' $word
            set value (__pixverse_value "$command" $word)
        end
    end
    printf '%s\n' "$command" $rest
end

# Whether the cursor is in that command, and not in the command line behind `sandbox`.
function __pixverse_in
    set -l words (__pixverse_read)
    test "$words[1]" = "$argv[1]"; or return
    test "$argv[1]" != sandbox; or test (count $words) = 1
end

# Whether what the cursor is at belongs to the command line behind `sandbox`.
function __pixverse_behind
    set -l words (__pixverse_read)
    test "$words[1]" = sandbox
end

# Whether that command has no argument yet.
function __pixverse_first
    set -l words (__pixverse_read)
    test "$words[1]" = "$argv[1]"; and test (count $words) = 1
end

# Prints the last letter or the word of an option whose value stands in the next word.
function __pixverse_value
    set -l takers
    switch $argv[1]
@takers@
    end
    if contains -- $argv[2] $takers
        echo $argv[2]
    else if string match -qr -- '^-[^-]' $argv[2]
        set -l letters (string split '' -- (string sub -s 2 -- $argv[2]))
        for index in (seq (count $letters))
            if contains -- -$letters[$index] $takers
                test $index = (count $letters); and echo -$letters[$index]
                return
            end
        end
    end
end

# Prints what option $argv[1] (short: $argv[2]) was given last on this line; else $argv[3].
function __pixverse_chosen
    set -l value $argv[3]
    set -l due ''
    for word in (commandline -opc)
        if test -n "$due"
            contains -- $due $argv[1] -$argv[2]; and set value $word
            set due ''
        else if test $word = --
            break
        else if string match -q -- "$argv[1]=*" $word
            set value (string replace -- "$argv[1]=" '' $word)
        else if string match -qr -- "^-[a-zA-Z]*$argv[2]." $word; and test -z (__pixverse_value submit $word)
            set value (string replace -r -- "^-[a-zA-Z]*?$argv[2]" '' $word)
        else
            set due (__pixverse_value submit $word)
        end
    end
    echo $value
end

function __pixverse_model
    set -q PIXVERSE_MODEL; or set -l PIXVERSE_MODEL
    __pixverse_chosen --model m (string match -r -- '.+' "$PIXVERSE_MODEL"; or echo @default-model@) | string lower
end

function __pixverse_resolution
    set -q PIXVERSE_RESOLUTION; or set -l PIXVERSE_RESOLUTION
    __pixverse_chosen --resolution r (string match -r -- '.+' "$PIXVERSE_RESOLUTION"; or echo @default-resolution@) | string upper
end

function __pixverse_durations
    switch (__pixverse_model)' '(__pixverse_resolution)
@durations@
    end
end

function __pixverse_shots
    switch (__pixverse_model)
        case @shot-models@
            printf '%s\t%s\n' @shots@
    end
end

function __pixverse_models
    printf '%s\t%s\n' @models@
end

function __pixverse_resolutions
    printf '%s\t%s\n' @resolutions@
end

function __pixverse_statuses
    printf '%s\t%s\n' @statuses@
end

function __pixverse_shells
    printf '%s\t%s\n' @shells@
end

# Several names may stand in one word, with commas.
function __pixverse_scenarios
    set -l before (string match -r -- '^.*,' (commandline -ct | string replace -r -- '^--scenario=' ''))
    printf "$before%s\t%s\n" @scenarios@
end

# Prints the directories, and those files whose names end so.
function __pixverse_files
    set -l word (commandline -ct | string replace -r -- '^--[a-z-]+=' '')
    complete -C "'' $word" | string match -ri -- "^[^\t]*(?:/|\.(?:$argv[1]))(?:\t.*)?\$"
end

function __pixverse_tasks
    set -l store $PIXVERSE_STATE_DIR
    set store (string replace -r -- '^~/' "$HOME/" "$store")
    if test -z "$store"; and string match -q -- '/*' "$XDG_STATE_HOME"
        set store $XDG_STATE_HOME/pixverse
    else if test -z "$store"; and test -d "$HOME/Library/Application Support" # macOS
        set store "$HOME/Library/Application Support/pixverse"
    else if test -z "$store"
        set store $HOME/.local/state/pixverse
    end
    string match -q -- '/*' $store; or set store $PWD/$store
    set store $store/tasks.db
    test -f $store; and test -s $store; or return
    if command -q sqlite3
        command sqlite3 -readonly -batch -bail -noheader -list -init /dev/null \
            -cmd '.timeout 50' $store @sql@ 2>/dev/null </dev/null
    else
        set -lx @variable@ $store
        command pixverse 2>/dev/null </dev/null
    end
end

# Completes the command line behind `sandbox` as if it stood alone.
function __pixverse_child
    set -l words (__pixverse_read)
    set -l line (string join ' ' -- (string escape -- $words[2..]) (commandline -ct))
    string match -q -- '-*' $line; or complete -C "$line"
end

complete -c pixverse -e
complete -c pixverse -f
@completions@
