// Says how fresh the feed is, and brings it back when it has gone quiet. htmx swaps the signals; this only watches.
(() => {
  // Three heartbeats.
  const SILENCE_MS = 45_000;
  const ENTRIES_MAX = 300;
  const feed = document.getElementById('feed');
  const status = document.getElementById('live-status');
  const text = document.getElementById('live-status-text');
  if (!feed || !status || !text) return;

  let connection = null;
  let heardAt = Date.now();
  let ended = false;

  const clock = (ms) => new Date(ms).toLocaleTimeString('en-GB');
  const say = (state, words) => {
    // Read out when the state changes, not with every heartbeat.
    status.setAttribute('aria-live', state === status.dataset.state ? 'off' : 'polite');
    status.dataset.state = state;
    if (text.textContent !== words) text.textContent = words;
  };
  const heard = () => {
    heardAt = Date.now();
    if (!ended) say('live', `Live · last update ${clock(heardAt)}`);
  };
  // At most one reload in five seconds, whatever the server says.
  const reload = () => {
    if (ended) return;
    ended = true;
    const sinceMs = Date.now() - Number(sessionStorage.getItem('feed-reloaded-at') ?? 0);
    setTimeout(
      () => {
        sessionStorage.setItem('feed-reloaded-at', String(Date.now()));
        window.location.reload();
      },
      Math.max(0, 5_000 - sinceMs),
    );
  };
  const stop = (words) => {
    ended = true;
    say('signed-out', words);
    connection?.reader?.cancel();
  };
  const signedOut = () => stop('You are signed out. Sign in again to go on.');

  feed.addEventListener('htmx:sse:after:connection', (event) => {
    connection = event.detail.connection;
    heard();
  });
  feed.addEventListener('htmx:sse:before:message', heard);
  feed.addEventListener('heartbeat', heard);
  feed.addEventListener('htmx:sse:after:message', () => {
    const entries = feed.querySelectorAll(':scope > article');
    for (let index = ENTRIES_MAX; index < entries.length; index += 1) entries[index].remove();
  });
  // Our cursor is unknown to the server: what we show may have holes.
  feed.addEventListener('reset', reload);
  feed.addEventListener('access', (event) => {
    const { reason } = JSON.parse(event.detail.data);
    if (reason === 'signed-out') signedOut();
    else if (reason === 'too-many-streams') stop('Too many open feeds: this one stopped. Reload to go on here.');
    // The plan changed: the page is built anew for it.
    else reload();
  });

  feed.addEventListener('htmx:sse:error', (event) => {
    if (event.detail.status === 401) signedOut();
    else if (!ended) say('stale', `Connection lost · last update ${clock(heardAt)}`);
  });
  // After a 401 no further attempt is made.
  feed.addEventListener('htmx:sse:before:connection', (event) => {
    if (ended) event.preventDefault();
  });
  // The first connection is an ordinary htmx request: its failure comes by another way, and only we try again.
  const reopen = () => {
    say('stale', `No connection · trying again · last update ${clock(heardAt)}`);
    setTimeout(
      () => {
        if (!ended) window.htmx.ajax('GET', feed.getAttribute('hx-sse:connect'), { source: feed });
      },
      3_000 + Math.random() * 4_000,
    );
  };
  feed.addEventListener('htmx:response:error', (event) => {
    if (ended) return;
    if (event.detail.ctx?.response?.status === 401) signedOut();
    else reopen();
  });
  feed.addEventListener('htmx:error', (event) => {
    if (!ended && event.detail.ctx) reopen();
  });

  setInterval(() => {
    if (ended || Date.now() - heardAt < SILENCE_MS) return;
    say('stale', `STALE · nothing heard since ${clock(heardAt)}`);
    // A half-open socket raises no error: give it up, and the extension connects anew where it left off.
    connection?.reader?.cancel();
  }, 1_000);
})();
