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
