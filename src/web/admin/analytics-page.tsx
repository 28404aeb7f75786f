import { frameOf, type Site, type WebHandler } from '../context.ts';
import { documentOf, Page } from '../layout/layout.tsx';
import { AllModules } from './modules.tsx';

/** Every module's heartbeat and figures, for operators: what the desk leaves out. */
export const showAnalytics =
  (site: Site): WebHandler =>
  (c) => {
    const frame = frameOf(site, c);
    return c.html(
      documentOf(
        <Page frame={frame} title="Analytics" live wide scripts={['js/admin.js']}>
          <div class="page-heading">
            <h1>Analytics</h1>
            <p class="refresh-status" id="refresh-status" data-state="live" />
          </div>
          <p class="hint">
            Each figure with its time and what it rests on, or why there is none. By strike and by expiry: the view as
            JSON and “quanticity analyze”. <a href="/admin">Back to the desk</a>
          </p>
          <div
            id="admin-now"
            hx-nonce={frame.nonce}
            hx-get="/admin/analytics/now"
            hx-trigger="every 2s"
            hx-swap="innerMorph"
          >
            <AllModules view={site.engine.view()} />
          </div>
        </Page>,
      ),
    );
  };

export const analyticsNow =
  (site: Site): WebHandler =>
  (c) =>
    c.html(AllModules({ view: site.engine.view() }));
