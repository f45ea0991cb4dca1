#compdef pixverse
#
# zsh completion for pixverse
#
# Made by `python -m pixverse_cli.manual` out of the commands themselves: do not edit.
# Words come from this file alone. Task ids come from the local store, through the sqlite3
# program or, where there is none, through pixverse itself; nothing asks the network.

@commands@

_pixverse_durations() {
    local model REPLY
    local -a seconds expl
    _pixverse_chosen m model ${PIXVERSE_MODEL:-@default-model@}
    model=$REPLY
    _pixverse_chosen r resolution ${PIXVERSE_RESOLUTION:-@default-resolution@}
    case "${(L)model} ${(U)REPLY}" in
@durations@
    esac
    _wanted -V durations expl 'length in seconds' compadd -a seconds
}

_pixverse_shots() {
    local REPLY
    local -a shots
    _pixverse_chosen m model ${PIXVERSE_MODEL:-@default-model@}
    case ${(L)REPLY} in
        (@shot-models@) shots=(@shots@) ;;
    esac
    _describe -V -t shots 'kind of shot' shots
}

# Sets REPLY to what option -$1, or --$2, was given last on this line; else to $3. Of -qmv6
# zsh keeps qmv6.
_pixverse_chosen() {
    local spelling
    REPLY=$3
    for spelling in -$1 --$2; do
        (( ${+opt_args[$spelling]} )) && REPLY=${${(Q)opt_args[$spelling]}##*:}
    done
    REPLY=${REPLY/#[[:alpha:]]#$1/}
}

_pixverse_models() {
    local -a models=(@models@)
    _describe -V -t models model models -M 'm:{[:upper:]}={[:lower:]}'
}

_pixverse_resolutions() {
    local -a resolutions=(@resolutions@) expl
    _wanted -V resolutions expl resolution compadd -M 'm:{[:lower:]}={[:upper:]}' -a resolutions
}

_pixverse_statuses() {
    local -a statuses=(@statuses@)
    _describe -V -t statuses status statuses -M 'm:{[:lower:]}={[:upper:]}'
}

_pixverse_shells() {
    local -a shells=(@shells@)
    _describe -V -t shells shell shells
}

_pixverse_scenarios() {
    _sequence _pixverse_scenario
}

_pixverse_scenario() {
    local -a scenarios=(@scenarios@)
    _describe -V -t scenarios scenario scenarios "$@"
}

_pixverse_images() {
    _files -g '*.(#i)(@images@)(-.)'
}

_pixverse_manifests() {
    _files -g '*.(#i)(@manifests@)(-.)'
}

_pixverse_tasks() {
    local line
    local -a ids shown expl
@store@
    for line in "${(f)$(_pixverse_lines $store 2>/dev/null </dev/null)}"; do
        [[ -n $line ]] || continue
        ids+=("${line%%$'\t'*}")
        shown+=("${line/$'\t'/  -- }")
    done
    # not _describe, which puts those of the same description together
    _wanted -V tasks expl task compadd -l -d shown -a ids
}

# The command line behind `sandbox` and an optional -- is completed as if it stood alone.
_pixverse_child() {
    if [[ $words[1] == -- ]]; then
        shift words
        (( CURRENT-- ))
    elif [[ $words[1] == -* ]]; then
        return 1
    fi
    _normal
}

_pixverse_lines() {
    if (( $+commands[sqlite3] )); then
        command sqlite3 -readonly -batch -bail -noheader -list -init /dev/null \
            -cmd '.timeout 50' $1 @sql@
    else
        @variable@=$1 command pixverse
    fi
}

if [[ $funcstack[1] == _pixverse ]]; then
    _pixverse "$@"
else
    compdef _pixverse pixverse
fi
