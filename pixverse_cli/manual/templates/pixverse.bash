# bash completion for pixverse
#
# Made by `python -m pixverse_cli.manual` out of the commands themselves: do not edit.
# Words come from this file alone. Task ids come from the local store, through the sqlite3
# program or, where there is none, through pixverse itself; nothing asks the network.

_pixverse()
{
    local command='' kind='' prefix='' current=$2 ended='' child='' count=0
    local model=${PIXVERSE_MODEL:-@default-model@} resolution=${PIXVERSE_RESOLUTION:-@default-resolution@}
    local -a line=() starts=() words=()
    COMPREPLY=()
    [[ $current != = ]] || current='' # whoever calls us for a command line inside another one
    _pixverse_line
    _pixverse_read
    if [[ -n $child ]]; then
        _pixverse_child "$child"
        return
    fi
    _pixverse_cut
    if [[ -n $kind ]]; then
        _pixverse_values "$kind"
    elif [[ $current == -* && -z $ended ]]; then
        _pixverse_options "$command"
        _pixverse_offer
    else
        _pixverse_place "$command"
    fi
}

# Sets line to the words up to the cursor, as they were typed: bash cuts them at = and :.
_pixverse_line()
{
    local index word glue=''
    for ((index = 0; index <= COMP_CWORD; index++)); do
        word=${COMP_WORDS[index]}
        if [[ $word =~ ^[=:]+$ && index -gt 1 ]]; then
            line[${#line[@]} - 1]+=$word
            glue=yes
        elif [[ -n $glue ]]; then
            line[${#line[@]} - 1]+=$word
            glue=''
        else
            line+=("$word")
            starts+=("$index")
        fi
    done
}

# Reads the words before the cursor. Sets command; kind, if a value is due; ended after --;
# count, of arguments so far; child, where a command of somebody else's starts.
_pixverse_read()
{
    local index word
    for ((index = 1; index < ${#line[@]} - 1; index++)); do
        word=${line[index]}
        if [[ -n $kind ]]; then
            _pixverse_take "$word"
        elif [[ -n $ended || $word != -?* ]]; then
            _pixverse_argument "$word" "$index" || return
        elif [[ $word == -- ]]; then
            ended=yes
        elif [[ $word == --*=* ]]; then
            _pixverse_kind "$command" "${word%%=*}"
            _pixverse_take "${word#*=}"
        elif [[ $word == --* ]]; then
            _pixverse_kind "$command" "$word"
        else
            _pixverse_letters "$word"
        fi
    done
    [[ $command == sandbox && -z $kind && (-n $ended || ${line[index]} != -*) ]] && child=${starts[index]}
}

# An argument: the command, the second word of a group, or one of the command's own.
_pixverse_argument()
{
    case $command in
        '') command=$1 ;;
        @groups@) command+=" $1" ;;
        sandbox) child=${starts[$2]}; return 1 ;;
        *) ((count += 1)) ;;
    esac
}

# The value of an option; what is already chosen decides what else fits.
_pixverse_take()
{
    local value=${1//[\"\'\\]/}
    case $kind in
        model) model=$value ;;
        resolution) resolution=$value ;;
    esac
    kind=''
}

# Short options in one word: -qm v6, -mv6.
_pixverse_letters()
{
    local index
    for ((index = 1; index < ${#1}; index++)); do
        _pixverse_kind "$command" "-${1:index:1}"
        if [[ -n $kind ]]; then
            [[ -n ${1:index + 1} ]] && _pixverse_take "${1:index + 1}"
            return
        fi
    done
}

# Cuts --option= and -o off the word at the cursor. Whatever of that bash takes for a part
# of the word has to stand before every answer.
_pixverse_cut()
{
    local word=${line[${#line[@]} - 1]} value
    [[ -z $kind && -z $ended ]] || return
    case $word in
        --*=*) _pixverse_kind "$command" "${word%%=*}"; value=${word#*=} ;;
        -[!-]?*) _pixverse_kind "$command" "${word:0:2}"; value=${word:2} ;;
        *) return ;;
    esac
    if [[ -n $kind && $current == *"$value" ]]; then
        prefix=${current%"$value"}
        current=$value
    fi
}

# Offers those words that go on from what is typed.
_pixverse_offer()
{
    local word
    for word in "${words[@]}"; do
        [[ $word == "$current"* ]] && COMPREPLY+=("$prefix$word")
    done
}

_pixverse_files()
{
    local path
    compopt -o filenames 2>/dev/null
    while IFS= read -r path; do
        if [[ -z $1 || -d ${path/#\~\//$HOME/} || ${path,,} =~ \.($1)$ ]]; then
            COMPREPLY+=("$prefix$path")
        fi
    done < <(compgen -f -- "$current")
}

_pixverse_tasks()
{
    local word lines
@store@
    compopt -o nosort 2>/dev/null
    lines=$(_pixverse_lines "$store" 2>/dev/null </dev/null)
    while [[ -n $lines ]]; do # read would ask the system for each letter
        word=${lines%%$'\t'*}
        [[ $word == "$current"* ]] && COMPREPLY+=("$prefix$word")
        [[ $lines == *$'\n'* ]] || break
        lines=${lines#*$'\n'}
    done
}

_pixverse_lines()
{
    if type -P sqlite3 >/dev/null; then
        command sqlite3 -readonly -batch -bail -noheader -list -init /dev/null \
            -cmd '.timeout 50' "$1" @sql@
    else
        @variable@=$1 command pixverse
    fi
}

_pixverse_scenarios()
{
    [[ $current == *,* ]] && prefix+=${current%,*}, current=${current##*,}
    words=(@scenarios@)
    _pixverse_offer
}

# Completes the command line of another program that starts at word $1 of this one.
_pixverse_child()
{
    if declare -F _comp_command_offset >/dev/null; then
        _comp_command_offset "$1"
    elif declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    else
        _pixverse_offset "$1"
    fi
}

# What bash-completion does, for a bash without it.
_pixverse_offset()
{
    local index spec option
    local line=$COMP_LINE point=$COMP_POINT
    local -a rest=("${COMP_WORDS[@]:$1}")
    for ((index = 0; index < $1; index++)); do
        point=$((point - ${#line}))
        line=${line#*"${COMP_WORDS[index]}"}
        line=${line#"${line%%[![:space:]]*}"}
        point=$((point + ${#line}))
    done
    local COMP_LINE=$line COMP_POINT=$point COMP_CWORD=$((COMP_CWORD - $1))
    local -a COMP_WORDS=("${rest[@]}")
    if ((COMP_CWORD == 0)); then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -c -- "$current"; [[ -n $current ]] && compgen -d -- "$current")
        return
    fi
    spec=$(complete -p -- "${COMP_WORDS[0]##*/}" 2>/dev/null)
    if [[ $spec =~ \ -F\ ([^\ ]+) ]]; then
        local name=${BASH_REMATCH[1]}
        for option in bashdefault default dirnames filenames noquote nospace nosort plusdirs; do
            [[ $spec == *" -o $option "* ]] && compopt -o "$option" 2>/dev/null
        done
        "$name" "${COMP_WORDS[0]}" "$current" "${COMP_WORDS[COMP_CWORD - 1]}"
    else
        _pixverse_files ''
    fi
}

_pixverse_values()
{
    case $1 in
        model) words=(@models@); current=${current,,} ;;
        resolution) words=(@resolutions@); current=${current^^} ;;
        duration) _pixverse_durations "${model,,} ${resolution^^}" ;;
        shot-type) _pixverse_shots "${model,,}" ;;
        status) words=(@statuses@); current=${current^^} ;;
        shell) words=(@shells@) ;;
        scenario) _pixverse_scenarios; return ;;
        task) _pixverse_tasks; return ;;
        image) _pixverse_files '@images@'; return ;;
        manifest) _pixverse_files '@manifests@'; return ;;
        file) _pixverse_files ''; return ;;
        command) mapfile -t COMPREPLY < <(compgen -c -P "$prefix" -- "$current"); return ;;
    esac
    _pixverse_offer
}

_pixverse_durations()
{
    case $1 in
@durations@
    esac
}

_pixverse_shots()
{
    case $1 in
        @shot-models@) words=(@shots@) ;;
    esac
}

# What stands on the line without an option: $1 is the command so far.
_pixverse_place()
{
    case $1 in
@places@
        *) _pixverse_options "$1"; _pixverse_offer ;;
    esac
}

_pixverse_options()
{
    case $1 in
@options@
    esac
}

# Sets kind to what follows option $2 of command $1; to nothing if it is a flag.
_pixverse_kind()
{
    case "$1 $2" in
@kinds@
        *) kind='' ;;
    esac
}

complete -F _pixverse pixverse
