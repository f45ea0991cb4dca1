# bash completion for pixverse
#
# Made by `python -m pixverse_cli.manual` out of the commands themselves: do not edit.
# Words come from this file alone. Task ids come from the local store, through the sqlite3
# program or, where there is none, through pixverse itself; nothing asks the network.

_pixverse()
{
    local command='' kind='' prefix='' current=$2 ended='' child='' count=0
    local model=${PIXVERSE_MODEL:-v6} resolution=${PIXVERSE_RESOLUTION:-720P}
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
        auth) command+=" $1" ;;
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
    local store=${PIXVERSE_STATE_DIR-}
    store=${store/#\~\//$HOME/}
    if [[ -z $store && ${XDG_STATE_HOME-} == /* ]]; then
        store=$XDG_STATE_HOME/pixverse
    elif [[ -z $store && $OSTYPE == darwin* ]]; then
        store="$HOME/Library/Application Support/pixverse"
    elif [[ -z $store ]]; then
        store=$HOME/.local/state/pixverse
    fi
    [[ $store == /* ]] || store=$PWD/$store
    store+=/tasks.db
    [[ -f $store && -s $store ]] || return
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
            -cmd '.timeout 50' "$1" 'WITH RECURSIVE
newest AS (
    SELECT number, task_id, status, replace(replace(replace(substr(coalesce(prompt, '"'"''"'"'), 1, 60),
        char(9), '"'"' '"'"'), char(10), '"'"' '"'"'), char(13), '"'"' '"'"') AS prompt
    FROM task
    WHERE task_id GLOB '"'"'[0-9A-Za-z]*'"'"' AND task_id NOT GLOB '"'"'*[^0-9A-Za-z._-]*'"'"'
    ORDER BY number DESC LIMIT 50
),
harmful(letter) AS (VALUES ('"'"'['"'"' || char(0x01, 45, 0x1F, 0x7F, 45, 0x9F, 0xAD, 0x600, 45, 0x605,
    0x61C, 0x6DD, 0x70F, 0x890, 45, 0x891, 0x8E2, 0x180E, 0x200B, 45, 0x200C, 0x200E, 45, 0x200F,
    0x2028, 45, 0x202E, 0x2060, 45, 0x206F, 0xFEFF, 0xFFF9, 45, 0xFFFD, 0x110BD, 0x110CD,
    0x13430, 45, 0x1345F, 0x1BCA0, 45, 0x1BCA3, 0x1D173, 45, 0x1D17A, 0xE0000, 45, 0xE007F)
    || '"'"']'"'"')),
place(at) AS (VALUES (1) UNION ALL SELECT at + 1 FROM place WHERE at < 60)
SELECT task_id || char(9) || status || rtrim('"'"' '"'"' || CASE
    WHEN prompt NOT GLOB '"'"'*'"'"' || letter || '"'"'*'"'"' THEN prompt
    ELSE coalesce((SELECT group_concat(substr(prompt, at, 1), '"'"''"'"') FROM place
        WHERE substr(prompt, at, 1) NOT GLOB letter), '"'"''"'"')
END)
FROM newest, harmful ORDER BY number DESC'
    else
        _PIXVERSE_TASK_IDS=$1 command pixverse
    fi
}

_pixverse_scenarios()
{
    [[ $current == *,* ]] && prefix+=${current%,*}, current=${current##*,}
    words=(help lost-reply cut-reply never-arrived gateway-504 overloaded throttled retry-after content-refused arrearage bad-key oss-refused oss-refused-late upload-refused fail content-failed not-activated expired late foreign-tasks slow flaky hostile-text unsure truncated wrong-length redirect link-dead not-a-video)
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
        model) words=(v6 c1 v5.6 pixverse/pixverse-v6-it2v pixverse/pixverse-c1-it2v pixverse/pixverse-v5.6-it2v); current=${current,,} ;;
        resolution) words=(360P 540P 720P 1080P); current=${current^^} ;;
        duration) _pixverse_durations "${model,,} ${resolution^^}" ;;
        shot-type) _pixverse_shots "${model,,}" ;;
        status) words=(PENDING RUNNING SUCCEEDED FAILED CANCELED UNKNOWN UNCLEAR NOT_SENT); current=${current^^} ;;
        shell) words=(bash zsh fish) ;;
        scenario) _pixverse_scenarios; return ;;
        task) _pixverse_tasks; return ;;
        image) _pixverse_files 'jpg|jpeg|png|webp'; return ;;
        manifest) _pixverse_files 'toml|jsonl|csv'; return ;;
        file) _pixverse_files ''; return ;;
        command) mapfile -t COMPREPLY < <(compgen -c -P "$prefix" -- "$current"); return ;;
    esac
    _pixverse_offer
}

_pixverse_durations()
{
    case $1 in
        'v6 '* | 'pixverse/pixverse-v6-it2v '*) words=(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15) ;;
        'c1 '* | 'pixverse/pixverse-c1-it2v '*) words=(1 2 3 4 5 6 7 8 9 10 11 12 13 14 15) ;;
        'v5.6 1080P' | 'pixverse/pixverse-v5.6-it2v 1080P') words=(5 8) ;;
        'v5.6 '* | 'pixverse/pixverse-v5.6-it2v '*) words=(5 8 10) ;;
    esac
}

_pixverse_shots()
{
    case $1 in
        v6 | pixverse/pixverse-v6-it2v) words=(single multi) ;;
    esac
}

# What stands on the line without an option: $1 is the command so far.
_pixverse_place()
{
    case $1 in
        '') words=(submit status wait download list cancel recover batch models auth doctor completion sandbox); _pixverse_offer ;;
        submit) _pixverse_values image ;;
        status) _pixverse_values task ;;
        wait) _pixverse_values task ;;
        download) _pixverse_values task ;;
        cancel) _pixverse_values task ;;
        batch) ((count)) || _pixverse_values manifest ;;
        auth) words=(login status logout); _pixverse_offer ;;
        completion) ((count)) || _pixverse_values shell ;;
        *) _pixverse_options "$1"; _pixverse_offer ;;
    esac
}

_pixverse_options()
{
    case $1 in
        '') words=(--version --schema -h --help) ;;
        submit) words=(-p --prompt -P --prompt-file -m --model -r --resolution -d --duration --audio --no-audio --watermark --no-watermark --shot-type --seed --upload-command -w --wait -o --output --no-download -f --force --timeout --interval --once --max-cost --dry-run --curl --json --events --github-output -q --quiet -v --verbose -h --help) ;;
        status) words=(--exit-status --json --events -q --quiet -v --verbose -h --help) ;;
        wait) words=(--all --any --fail-fast --timeout --interval --download -o --output -f --force --json --events --github-output -q --quiet -v --verbose -h --help) ;;
        download) words=(-o --output -f --force -w --wait --timeout --interval --json --events --github-output -q --quiet -v --verbose -h --help) ;;
        list) words=(--status --since --limit --all --remote --json --events -q --quiet -v --verbose -h --help) ;;
        cancel) words=(--json --events -q --quiet -v --verbose -h --help) ;;
        recover) words=(--adopt --json --events -q --quiet -v --verbose -h --help) ;;
        batch) words=(--shard --max-cost --dry-run --fail-fast --timeout --interval -f --force --json --events -q --quiet -v --verbose -h --help) ;;
        models) words=(--json -q --quiet -h --help) ;;
        auth) words=(-h --help) ;;
        'auth login') words=(--json -q --quiet -h --help) ;;
        'auth status') words=(--json -q --quiet -h --help) ;;
        'auth logout') words=(--json -q --quiet -h --help) ;;
        doctor) words=(--json -q --quiet -v --verbose -h --help) ;;
        completion) words=(-h --help) ;;
        sandbox) words=(--scenario --seed --realistic --port -q --quiet -h --help) ;;
    esac
}

# Sets kind to what follows option $2 of command $1; to nothing if it is a flag.
_pixverse_kind()
{
    case "$1 $2" in
        'submit -p' | 'submit --prompt' | 'submit --seed' | 'submit --timeout' | 'submit --interval' | 'submit --max-cost') kind=nothing ;;
        'submit -P' | 'submit --prompt-file' | 'submit -o' | 'submit --output') kind=file ;;
        'submit -m' | 'submit --model') kind=model ;;
        'submit -r' | 'submit --resolution') kind=resolution ;;
        'submit -d' | 'submit --duration') kind=duration ;;
        'submit --shot-type') kind=shot-type ;;
        'submit --upload-command') kind=command ;;
        'wait --timeout' | 'wait --interval') kind=nothing ;;
        'wait -o' | 'wait --output') kind=file ;;
        'download -o' | 'download --output') kind=file ;;
        'download --timeout' | 'download --interval') kind=nothing ;;
        'list --status') kind=status ;;
        'list --since' | 'list --limit') kind=nothing ;;
        'recover --adopt') kind=nothing ;;
        'batch --shard' | 'batch --max-cost' | 'batch --timeout' | 'batch --interval') kind=nothing ;;
        'sandbox --scenario') kind=scenario ;;
        'sandbox --seed' | 'sandbox --port') kind=nothing ;;
        *) kind='' ;;
    esac
}

complete -F _pixverse pixverse
