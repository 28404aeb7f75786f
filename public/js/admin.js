// Says so when the figures on the desk have stopped renewing themselves.
(() => {
  const SILENCE_MS = 4_000;
  const now = document.getElementById('admin-now');
  const status = document.getElementById('refresh-status');
  if (!now || !status) return;
  let renewedAt = Date.now();

  now.addEventListener('htmx:after:swap', () => {
    renewedAt = Date.now();
  });
  setInterval(() => {
    const silentMs = Date.now() - renewedAt;
    const stale = silentMs > SILENCE_MS;
    const state = stale ? 'stale' : 'live';
    status.setAttribute('aria-live', state === status.dataset.state ? 'off' : 'assertive');
    status.dataset.state = state;
    const words = stale
      ? `STALE: not renewed for ${Math.round(silentMs / 1_000)} s`
      : `Renewed ${new Date(renewedAt).toLocaleTimeString('en-GB')}`;
    if (status.textContent !== words) status.textContent = words;
  }, 500);
})();
