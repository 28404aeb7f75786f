import type { Hono } from 'hono';
import type { Site, WebEnv } from '../../context.ts';
import { route } from '../../routes.ts';
import { showMe } from './me.ts';
import { listReportsByKey, showReportByKey } from './reports.ts';
import { listSignals, showSignal } from './signals.ts';

export const addApiRoutes = (app: Hono<WebEnv>, site: Site): void => {
  route(app, 'GET /api/v1/signals', listSignals(site));
  route(app, 'GET /api/v1/signals/:id', showSignal(site));
  route(app, 'GET /api/v1/reports', listReportsByKey(site));
  route(app, 'GET /api/v1/reports/:kind/:date', showReportByKey(site));
  route(app, 'GET /api/v1/me', showMe(site));
};
