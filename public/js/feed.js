// Says how fresh the feed is, and brings it back when it has gone quiet. htmx swaps the signals; this only watches.
(() => {
  // Three heartbeats.
  const SILENCE_MS = 45_000;
  const feed = document.getElementById('feed');
  const status = document.getElementById('live-status');
  const text = document.getElementById('live-status-text');
  if (!feed || !status || !text) return;

  let connection = null;
  let heardAt = Date.now();
  let ended = false;

  const clock = (ms) => new Date(ms).toLocaleTimeString('en-GB');
  const say = (state, words) => {
    status.dataset.state = state;
    if (text.textContent !== words) text.textContent = words;
  };
  const heard = () => {
    heardAt = Date.now();
    if (!ended) say('live', `Live · last update ${clock(heardAt)}`);
  };
  const reload = () => {
    ended = true;
    window.location.reload();
  };
  const signedOut = () => {
    ended = true;
    say('signed-out', 'You are signed out. Sign in again to go on.');
    connection?.reader?.cancel();
  };

  feed.addEventListener('htmx:sse:after:connection', (event) => {
    connection = event.detail.connection;
    heard();
  });
  feed.addEventListener('htmx:sse:before:message', heard);
  feed.addEventListener('heartbeat', heard);
  // Our cursor is unknown to the server: what we show may have holes.
  feed.addEventListener('reset', reload);
  // Plan or session changed: the page is built anew, as whoever we are now.
  feed.addEventListener('access', reload);

  feed.addEventListener('htmx:sse:error', (event) => {
    if (event.detail.status === 401) signedOut();
    else if (!ended) say('stale', `Connection lost · last update ${clock(heardAt)}`);
  });
  // After a 401 no further attempt is made.
  feed.addEventListener('htmx:sse:before:connection', (event) => {
    if (ended) event.preventDefault();
  });
  // The first connection is an ordinary htmx request; its refusal comes by another way.
  feed.addEventListener('htmx:response:error', (event) => {
    if (event.detail.ctx?.response?.status === 401) signedOut();
    else say('stale', 'No connection. Reload the page to try again.');
  });
  feed.addEventListener('htmx:error', () => {
    if (!ended) setTimeout(reload, 5_000);
  });

  setInterval(() => {
    if (ended || Date.now() - heardAt < SILENCE_MS) return;
    say('stale', `STALE · nothing heard since ${clock(heardAt)}`);
    // A half-open socket raises no error: give it up, and the extension connects anew where it left off.
    connection?.reader?.cancel();
  }, 1_000);
})();
