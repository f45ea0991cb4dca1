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
                case 'auth'
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
        case 'submit'
            set takers -p --prompt -P --prompt-file -m --model -r --resolution -d --duration --shot-type --seed --upload-command -o --output --timeout --interval --max-cost
        case 'wait'
            set takers --timeout --interval -o --output
        case 'download'
            set takers -o --output --timeout --interval
        case 'list'
            set takers --status --since --limit
        case 'recover'
            set takers --adopt
        case 'batch'
            set takers --shard --max-cost --timeout --interval
        case 'sandbox'
            set takers --scenario --seed --port
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
    __pixverse_chosen --model m (string match -r -- '.+' "$PIXVERSE_MODEL"; or echo v6) | string lower
end

function __pixverse_resolution
    set -q PIXVERSE_RESOLUTION; or set -l PIXVERSE_RESOLUTION
    __pixverse_chosen --resolution r (string match -r -- '.+' "$PIXVERSE_RESOLUTION"; or echo 720P) | string upper
end

function __pixverse_durations
    switch (__pixverse_model)' '(__pixverse_resolution)
        case 'v6 *' 'pixverse/pixverse-v6-it2v *'
            printf '%s\tseconds\n' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
        case 'c1 *' 'pixverse/pixverse-c1-it2v *'
            printf '%s\tseconds\n' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15
        case 'v5.6 1080P' 'pixverse/pixverse-v5.6-it2v 1080P'
            printf '%s\tseconds\n' 5 8
        case 'v5.6 *' 'pixverse/pixverse-v5.6-it2v *'
            printf '%s\tseconds\n' 5 8 10
    end
end

function __pixverse_shots
    switch (__pixverse_model)
        case v6 pixverse/pixverse-v6-it2v
            printf '%s\t%s\n'  \
        single 'one continuous shot' \
        multi 'cut into several shots'
    end
end

function __pixverse_models
    printf '%s\t%s\n'  \
        v6 'pixverse/pixverse-v6-it2v: 1 to 15 seconds' \
        c1 'pixverse/pixverse-c1-it2v: 1 to 15 seconds' \
        v5.6 'pixverse/pixverse-v5.6-it2v: 5, 8 or 10 seconds' \
        pixverse/pixverse-v6-it2v 'the same as v6' \
        pixverse/pixverse-c1-it2v 'the same as c1' \
        pixverse/pixverse-v5.6-it2v 'the same as v5.6'
end

function __pixverse_resolutions
    printf '%s\t%s\n'  \
        360P 'resolution' \
        540P 'resolution' \
        720P 'resolution, the default' \
        1080P 'resolution'
end

function __pixverse_statuses
    printf '%s\t%s\n'  \
        PENDING 'waits in the service\'s queue' \
        RUNNING 'is being made' \
        SUCCEEDED 'the video is there' \
        FAILED 'ended without a video' \
        CANCELED 'was cancelled while queued' \
        UNKNOWN 'older than 24 hours, or never ours' \
        UNCLEAR 'sent, and no trustworthy answer came' \
        NOT_SENT 'never reached the service'
end

function __pixverse_shells
    printf '%s\t%s\n'  \
        bash 'GNU Bash' \
        zsh 'the Z shell' \
        fish 'the friendly interactive shell'
end

# Several names may stand in one word, with commas.
function __pixverse_scenarios
    set -l before (string match -r -- '^.*,' (commandline -ct | string replace -r -- '^--scenario=' ''))
    printf "$before%s\t%s\n"  \
        help 'list the scenarios, and end' \
        lost-reply 'first create: accepted, then the connection closes without an answer' \
        cut-reply 'first create: accepted, then the answer ends in the middle of its JSON' \
        never-arrived 'first create: the connection is reset and nothing was accepted' \
        gateway-504 'first create: accepted, then a gateway answers 504 with HTML' \
        overloaded 'first create: 503 with the service\'s JSON, nothing accepted' \
        throttled 'first 2 creates and first 2 queries: 429 Throttling.RateQuota' \
        retry-after 'first create and first query: 429 with Retry-After: 2 seconds' \
        content-refused 'first create: 400 DataInspectionFailed' \
        arrearage 'every create: 400 Arrearage, the account is overdue' \
        bad-key 'every call: 401 InvalidApiKey, whatever the key' \
        oss-refused 'every create with an oss:// image: 400 at once' \
        oss-refused-late 'every create with an oss:// image: accepted, then FAILED' \
        upload-refused 'first form post of an image: 403, the policy has expired' \
        fail 'first task: FAILED InvalidParameter, \'The size is not match\'' \
        content-failed 'first task: FAILED DataInspectionFailed' \
        not-activated 'every task: accepted, then FAILED, product not activated' \
        expired 'every task: UNKNOWN once its success has been reported; its video link still works' \
        late 'every task: UNKNOWN and not in the list for its first 2 seconds' \
        foreign-tasks 'the list also holds tasks that others on the account sent' \
        slow 'every answer of the API is 2 seconds late, and tasks run 5 times longer' \
        flaky 'one GET in three fails (5xx, 429, reset), at most 3 in a row for a path' \
        hostile-text 'every text of the service has terminal codes, bidi and markup' \
        unsure 'the other reading of unclear pages: lists of at most 10 rows, float durations, times in failed tasks, empty codes in successful ones, videos without ranges or ETag' \
        truncated 'first 2 downloads of a video: cut in the middle, can be resumed' \
        wrong-length 'first download of a video: complete, but some bytes too many or too few' \
        redirect 'every download of a video: 302 to another origin on loopback' \
        link-dead 'first video link: 403; querying the task again gives a new one' \
        not-a-video 'first download of a video: 200 with an HTML page'
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
            -cmd '.timeout 50' $store 'WITH RECURSIVE
newest AS (
    SELECT number, task_id, status, replace(replace(replace(substr(coalesce(prompt, \'\'), 1, 60),
        char(9), \' \'), char(10), \' \'), char(13), \' \') AS prompt
    FROM task
    WHERE task_id GLOB \'[0-9A-Za-z]*\' AND task_id NOT GLOB \'*[^0-9A-Za-z._-]*\'
    ORDER BY number DESC LIMIT 50
),
harmful(letter) AS (VALUES (\'[\' || char(0x01, 45, 0x1F, 0x7F, 45, 0x9F, 0xAD, 0x600, 45, 0x605,
    0x61C, 0x6DD, 0x70F, 0x890, 45, 0x891, 0x8E2, 0x180E, 0x200B, 45, 0x200C, 0x200E, 45, 0x200F,
    0x2028, 45, 0x202E, 0x2060, 45, 0x206F, 0xFEFF, 0xFFF9, 45, 0xFFFD, 0x110BD, 0x110CD,
    0x13430, 45, 0x1345F, 0x1BCA0, 45, 0x1BCA3, 0x1D173, 45, 0x1D17A, 0xE0000, 45, 0xE007F)
    || \']\')),
place(at) AS (VALUES (1) UNION ALL SELECT at + 1 FROM place WHERE at < 60)
SELECT task_id || char(9) || status || rtrim(\' \' || CASE
    WHEN prompt NOT GLOB \'*\' || letter || \'*\' THEN prompt
    ELSE coalesce((SELECT group_concat(substr(prompt, at, 1), \'\') FROM place
        WHERE substr(prompt, at, 1) NOT GLOB letter), \'\')
END)
FROM newest, harmful ORDER BY number DESC' 2>/dev/null </dev/null
    else
        set -lx _PIXVERSE_TASK_IDS $store
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

# pixverse
complete -c pixverse -n '__pixverse_in \'\'' -a submit -d 'Start one paid task per image; with --wait, save the video'
complete -c pixverse -n '__pixverse_in \'\'' -a status -d 'Ask how tasks stand'
complete -c pixverse -n '__pixverse_in \'\'' -a wait -d 'Block until tasks end, and print their video URLs, or with --download their files'
complete -c pixverse -n '__pixverse_in \'\'' -a download -d 'Save finished videos; what is already saved is not fetched again'
complete -c pixverse -n '__pixverse_in \'\'' -a list -d 'Show what this machine has submitted, newest first'
complete -c pixverse -n '__pixverse_in \'\'' -a cancel -d 'Cancel queued tasks; the service cancels nothing that runs already'
complete -c pixverse -n '__pixverse_in \'\'' -a recover -d 'Find out what became of unclear submits, without paying again'
complete -c pixverse -n '__pixverse_in \'\'' -a batch -d 'Make a set of videos true: only what is missing is generated'
complete -c pixverse -n '__pixverse_in \'\'' -a models -d 'Show the models, their limits and list prices'
complete -c pixverse -n '__pixverse_in \'\'' -a auth -d 'Keep the API key: login, status, logout'
complete -c pixverse -n '__pixverse_in \'\'' -a doctor -d 'Check the set-up: key, service, store, shell'
complete -c pixverse -n '__pixverse_in \'\'' -a completion -d 'Print the completion script of a shell'
complete -c pixverse -n '__pixverse_in \'\'' -a sandbox -d 'Serve the whole API on this machine, free: real uploads, tasks and H.264 video'
complete -c pixverse -n '__pixverse_in \'\'' -l version -d 'Show the version'
complete -c pixverse -n '__pixverse_in \'\'' -l schema -d 'Show the JSON Schema of --json and --events'
complete -c pixverse -n '__pixverse_in \'\'' -s h -l help -d 'Show this message and exit'

# pixverse submit
complete -c pixverse -n '__pixverse_in \'submit\'' -f -a '(__pixverse_files "jpg|jpeg|png|webp")'
complete -c pixverse -n '__pixverse_in \'submit\'' -s p -l prompt -x -d 'What happens in the video'
complete -c pixverse -n '__pixverse_in \'submit\'' -s P -l prompt-file -r -F -d 'Read the prompt from a UTF-8 file; - for stdin'
complete -c pixverse -n '__pixverse_in \'submit\'' -s m -l model -x -k -a '(__pixverse_models)' -d 'v6, c1, v5.6, or a full name'
complete -c pixverse -n '__pixverse_in \'submit\'' -s r -l resolution -x -k -a '(__pixverse_resolutions)' -d '360P, 540P, 720P, 1080P'
complete -c pixverse -n '__pixverse_in \'submit\'' -s d -l duration -x -k -a '(__pixverse_durations)' -d 'Length of the video (v6: 1 to 15; c1: 1 to 15; v5.6: 5, 8 or 10; no 10 at 1080P)'
complete -c pixverse -n '__pixverse_in \'submit\'' -l audio -d 'Add music or sound that fits; costs more'
complete -c pixverse -n '__pixverse_in \'submit\'' -l no-audio -d 'The opposite of --audio'
complete -c pixverse -n '__pixverse_in \'submit\'' -l watermark -d 'Put "Generated by AI" in the lower right corner'
complete -c pixverse -n '__pixverse_in \'submit\'' -l no-watermark -d 'The opposite of --watermark'
complete -c pixverse -n '__pixverse_in \'submit\'' -l shot-type -x -k -a '(__pixverse_shots)' -d 'single or multi; v6 only'
complete -c pixverse -n '__pixverse_in \'submit\'' -l seed -x -d '0 to 2147483647; makes results more alike, not identical'
complete -c pixverse -n '__pixverse_in \'submit\'' -l upload-command -x -a '(__fish_complete_command)' -d 'How a local image gets a public URL: run with its path, prints the URL'
complete -c pixverse -n '__pixverse_in \'submit\'' -s w -l wait -d 'Wait for the video and save it'
complete -c pixverse -n '__pixverse_in \'submit\'' -s o -l output -r -F -d 'A file, a directory, - for stdout, or a template with {task_id} {image} {model} {resolution} {duration} {seed} {index} {date}; implies that the video is saved'
complete -c pixverse -n '__pixverse_in \'submit\'' -l no-download -d 'Wait, and print the video\'s URL instead of saving it'
complete -c pixverse -n '__pixverse_in \'submit\'' -s f -l force -d 'Replace a file that is there'
complete -c pixverse -n '__pixverse_in \'submit\'' -l timeout -x -d 'How long to wait: 90, 90s, 30m, 2h; 0 is no limit'
complete -c pixverse -n '__pixverse_in \'submit\'' -l interval -x -d 'Look so often'
complete -c pixverse -n '__pixverse_in \'submit\'' -l once -d 'Do not pay again for a request that this machine has sent already: attach to its task, or hand back its video'
complete -c pixverse -n '__pixverse_in \'submit\'' -l max-cost -x -d 'Refuse, before anything is sent, if the estimate for all images is higher'
complete -c pixverse -n '__pixverse_in \'submit\'' -l dry-run -d 'Check everything, print the request and the estimate, send nothing'
complete -c pixverse -n '__pixverse_in \'submit\'' -l curl -d 'With --dry-run: show the request as a curl command'
complete -c pixverse -n '__pixverse_in \'submit\'' -l json -d 'Print one JSON object per task; errors as one on stderr'
complete -c pixverse -n '__pixverse_in \'submit\'' -l events -d 'As --json, with progress in the same stream'
complete -c pixverse -n '__pixverse_in \'submit\'' -l github-output -d 'In GitHub Actions: set the step\'s outputs task_id, file and video_url'
complete -c pixverse -n '__pixverse_in \'submit\'' -s q -l quiet -d 'No progress, no notes'
complete -c pixverse -n '__pixverse_in \'submit\'' -s v -l verbose -d 'Show each HTTP exchange; -vv with headers and bodies, secrets masked'
complete -c pixverse -n '__pixverse_in \'submit\'' -s h -l help -d 'Show this message and exit'

# pixverse status
complete -c pixverse -n '__pixverse_in \'status\'' -f -k -a '(__pixverse_tasks)'
complete -c pixverse -n '__pixverse_in \'status\'' -l exit-status -d 'Exit with the code that the tasks\' states stand for'
complete -c pixverse -n '__pixverse_in \'status\'' -l json -d 'Print one JSON object per task; errors as one on stderr'
complete -c pixverse -n '__pixverse_in \'status\'' -l events -d 'As --json, with progress in the same stream'
complete -c pixverse -n '__pixverse_in \'status\'' -s q -l quiet -d 'No progress, no notes'
complete -c pixverse -n '__pixverse_in \'status\'' -s v -l verbose -d 'Show each HTTP exchange; -vv with headers and bodies, secrets masked'
complete -c pixverse -n '__pixverse_in \'status\'' -s h -l help -d 'Show this message and exit'

# pixverse wait
complete -c pixverse -n '__pixverse_in \'wait\'' -f -k -a '(__pixverse_tasks)'
complete -c pixverse -n '__pixverse_in \'wait\'' -l all -d 'Every unfinished task in the store'
complete -c pixverse -n '__pixverse_in \'wait\'' -l any -d 'Return when the first task ends'
complete -c pixverse -n '__pixverse_in \'wait\'' -l fail-fast -d 'Return when the first task fails'
complete -c pixverse -n '__pixverse_in \'wait\'' -l timeout -x -d 'How long to wait: 90, 90s, 30m, 2h; 0 is no limit'
complete -c pixverse -n '__pixverse_in \'wait\'' -l interval -x -d 'Look so often'
complete -c pixverse -n '__pixverse_in \'wait\'' -l download -d 'Save each video that is done'
complete -c pixverse -n '__pixverse_in \'wait\'' -s o -l output -r -F -d 'A file, a directory, - for stdout, or a template with {task_id} {image} {model} {resolution} {duration} {seed} {index} {date}; implies that the video is saved'
complete -c pixverse -n '__pixverse_in \'wait\'' -s f -l force -d 'Replace a file that is there'
complete -c pixverse -n '__pixverse_in \'wait\'' -l json -d 'Print one JSON object per task; errors as one on stderr'
complete -c pixverse -n '__pixverse_in \'wait\'' -l events -d 'As --json, with progress in the same stream'
complete -c pixverse -n '__pixverse_in \'wait\'' -l github-output -d 'In GitHub Actions: set the step\'s outputs task_id, file and video_url'
complete -c pixverse -n '__pixverse_in \'wait\'' -s q -l quiet -d 'No progress, no notes'
complete -c pixverse -n '__pixverse_in \'wait\'' -s v -l verbose -d 'Show each HTTP exchange; -vv with headers and bodies, secrets masked'
complete -c pixverse -n '__pixverse_in \'wait\'' -s h -l help -d 'Show this message and exit'

# pixverse download
complete -c pixverse -n '__pixverse_in \'download\'' -f -k -a '(__pixverse_tasks)'
complete -c pixverse -n '__pixverse_in \'download\'' -s o -l output -r -F -d 'A file, a directory, - for stdout, or a template with {task_id} {image} {model} {resolution} {duration} {seed} {index} {date}; implies that the video is saved'
complete -c pixverse -n '__pixverse_in \'download\'' -s f -l force -d 'Replace a file that is there'
complete -c pixverse -n '__pixverse_in \'download\'' -s w -l wait -d 'Wait for unfinished tasks first'
complete -c pixverse -n '__pixverse_in \'download\'' -l timeout -x -d 'How long to wait: 90, 90s, 30m, 2h; 0 is no limit'
complete -c pixverse -n '__pixverse_in \'download\'' -l interval -x -d 'Look so often'
complete -c pixverse -n '__pixverse_in \'download\'' -l json -d 'Print one JSON object per task; errors as one on stderr'
complete -c pixverse -n '__pixverse_in \'download\'' -l events -d 'As --json, with progress in the same stream'
complete -c pixverse -n '__pixverse_in \'download\'' -l github-output -d 'In GitHub Actions: set the step\'s outputs task_id, file and video_url'
complete -c pixverse -n '__pixverse_in \'download\'' -s q -l quiet -d 'No progress, no notes'
complete -c pixverse -n '__pixverse_in \'download\'' -s v -l verbose -d 'Show each HTTP exchange; -vv with headers and bodies, secrets masked'
complete -c pixverse -n '__pixverse_in \'download\'' -s h -l help -d 'Show this message and exit'

# pixverse list
complete -c pixverse -n '__pixverse_in \'list\'' -l status -x -k -a '(__pixverse_statuses)' -d 'Only tasks that stand so'
complete -c pixverse -n '__pixverse_in \'list\'' -l since -x -d 'Only tasks so young: 90s, 30m, 24h'
complete -c pixverse -n '__pixverse_in \'list\'' -l limit -x -d 'At most so many'
complete -c pixverse -n '__pixverse_in \'list\'' -l all -d 'No limit'
complete -c pixverse -n '__pixverse_in \'list\'' -l remote -d 'What the account has on the service (24 hours), known or not'
complete -c pixverse -n '__pixverse_in \'list\'' -l json -d 'Print one JSON object per task; errors as one on stderr'
complete -c pixverse -n '__pixverse_in \'list\'' -l events -d 'As --json, with progress in the same stream'
complete -c pixverse -n '__pixverse_in \'list\'' -s q -l quiet -d 'No progress, no notes'
complete -c pixverse -n '__pixverse_in \'list\'' -s v -l verbose -d 'Show each HTTP exchange; -vv with headers and bodies, secrets masked'
complete -c pixverse -n '__pixverse_in \'list\'' -s h -l help -d 'Show this message and exit'

# pixverse cancel
complete -c pixverse -n '__pixverse_in \'cancel\'' -f -k -a '(__pixverse_tasks)'
complete -c pixverse -n '__pixverse_in \'cancel\'' -l json -d 'Print one JSON object per task; errors as one on stderr'
complete -c pixverse -n '__pixverse_in \'cancel\'' -l events -d 'As --json, with progress in the same stream'
complete -c pixverse -n '__pixverse_in \'cancel\'' -s q -l quiet -d 'No progress, no notes'
complete -c pixverse -n '__pixverse_in \'cancel\'' -s v -l verbose -d 'Show each HTTP exchange; -vv with headers and bodies, secrets masked'
complete -c pixverse -n '__pixverse_in \'cancel\'' -s h -l help -d 'Show this message and exit'

# pixverse recover
complete -c pixverse -n '__pixverse_in \'recover\'' -l adopt -x -d 'This task is the one whose answer was lost: keep it'
complete -c pixverse -n '__pixverse_in \'recover\'' -l json -d 'Print one JSON object per task; errors as one on stderr'
complete -c pixverse -n '__pixverse_in \'recover\'' -l events -d 'As --json, with progress in the same stream'
complete -c pixverse -n '__pixverse_in \'recover\'' -s q -l quiet -d 'No progress, no notes'
complete -c pixverse -n '__pixverse_in \'recover\'' -s v -l verbose -d 'Show each HTTP exchange; -vv with headers and bodies, secrets masked'
complete -c pixverse -n '__pixverse_in \'recover\'' -s h -l help -d 'Show this message and exit'

# pixverse batch
complete -c pixverse -n '__pixverse_first \'batch\'' -f -a '(__pixverse_files "toml|jsonl|csv")'
complete -c pixverse -n '__pixverse_in \'batch\'' -l shard -x -d 'Only the I-th of N stable shares, for a CI matrix'
complete -c pixverse -n '__pixverse_in \'batch\'' -l max-cost -x -d 'Refuse, before anything is sent, if the estimate for all images is higher'
complete -c pixverse -n '__pixverse_in \'batch\'' -l dry-run -d 'Show what would be done and the estimate; send nothing'
complete -c pixverse -n '__pixverse_in \'batch\'' -l fail-fast -d 'Return when the first task fails'
complete -c pixverse -n '__pixverse_in \'batch\'' -l timeout -x -d 'How long to wait: 90, 90s, 30m, 2h; 0 is no limit'
complete -c pixverse -n '__pixverse_in \'batch\'' -l interval -x -d 'Look so often'
complete -c pixverse -n '__pixverse_in \'batch\'' -s f -l force -d 'Replace a file that is there'
complete -c pixverse -n '__pixverse_in \'batch\'' -l json -d 'Print one JSON object per task; errors as one on stderr'
complete -c pixverse -n '__pixverse_in \'batch\'' -l events -d 'As --json, with progress in the same stream'
complete -c pixverse -n '__pixverse_in \'batch\'' -s q -l quiet -d 'No progress, no notes'
complete -c pixverse -n '__pixverse_in \'batch\'' -s v -l verbose -d 'Show each HTTP exchange; -vv with headers and bodies, secrets masked'
complete -c pixverse -n '__pixverse_in \'batch\'' -s h -l help -d 'Show this message and exit'

# pixverse models
complete -c pixverse -n '__pixverse_in \'models\'' -l json -d 'Print one JSON object per task; errors as one on stderr'
complete -c pixverse -n '__pixverse_in \'models\'' -s q -l quiet -d 'No progress, no notes'
complete -c pixverse -n '__pixverse_in \'models\'' -s h -l help -d 'Show this message and exit'

# pixverse auth
complete -c pixverse -n '__pixverse_in \'auth\'' -a login -d 'Keep an API key for this user alone; it is read hidden, or from stdin'
complete -c pixverse -n '__pixverse_in \'auth\'' -a status -d 'Show which key is in use: where it comes from, and its last four characters'
complete -c pixverse -n '__pixverse_in \'auth\'' -a logout -d 'Forget the key that login kept; keys from elsewhere are left alone'
complete -c pixverse -n '__pixverse_in \'auth\'' -s h -l help -d 'Show this message and exit'

# pixverse auth login
complete -c pixverse -n '__pixverse_in \'auth login\'' -l json -d 'Print one JSON object per task; errors as one on stderr'
complete -c pixverse -n '__pixverse_in \'auth login\'' -s q -l quiet -d 'No progress, no notes'
complete -c pixverse -n '__pixverse_in \'auth login\'' -s h -l help -d 'Show this message and exit'

# pixverse auth status
complete -c pixverse -n '__pixverse_in \'auth status\'' -l json -d 'Print one JSON object per task; errors as one on stderr'
complete -c pixverse -n '__pixverse_in \'auth status\'' -s q -l quiet -d 'No progress, no notes'
complete -c pixverse -n '__pixverse_in \'auth status\'' -s h -l help -d 'Show this message and exit'

# pixverse auth logout
complete -c pixverse -n '__pixverse_in \'auth logout\'' -l json -d 'Print one JSON object per task; errors as one on stderr'
complete -c pixverse -n '__pixverse_in \'auth logout\'' -s q -l quiet -d 'No progress, no notes'
complete -c pixverse -n '__pixverse_in \'auth logout\'' -s h -l help -d 'Show this message and exit'

# pixverse doctor
complete -c pixverse -n '__pixverse_in \'doctor\'' -l json -d 'Print one JSON object per task; errors as one on stderr'
complete -c pixverse -n '__pixverse_in \'doctor\'' -s q -l quiet -d 'No progress, no notes'
complete -c pixverse -n '__pixverse_in \'doctor\'' -s v -l verbose -d 'Show each HTTP exchange; -vv with headers and bodies, secrets masked'
complete -c pixverse -n '__pixverse_in \'doctor\'' -s h -l help -d 'Show this message and exit'

# pixverse completion
complete -c pixverse -n '__pixverse_first \'completion\'' -f -k -a '(__pixverse_shells)'
complete -c pixverse -n '__pixverse_in \'completion\'' -s h -l help -d 'Show this message and exit'

# pixverse sandbox
complete -c pixverse -n '__pixverse_behind' -f -k -a '(__pixverse_child)'
complete -c pixverse -n '__pixverse_in \'sandbox\'' -l scenario -x -k -a '(__pixverse_scenarios)' -d 'Play trouble; may be given several times, or several names with commas'
complete -c pixverse -n '__pixverse_in \'sandbox\'' -l seed -x -d 'Make runs repeatable, ids and trouble included'
complete -c pixverse -n '__pixverse_in \'sandbox\'' -l realistic -d 'Tasks take 1 to 5 minutes instead of seconds'
complete -c pixverse -n '__pixverse_in \'sandbox\'' -l port -x -d 'The port; 0 takes a free one'
complete -c pixverse -n '__pixverse_in \'sandbox\'' -s q -l quiet -d 'No progress, no notes'
complete -c pixverse -n '__pixverse_in \'sandbox\'' -s h -l help -d 'Show this message and exit'
