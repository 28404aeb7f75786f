import { readRevenue } from '../../../db/queries/revenue.ts';
import { frameOf, type Site, type WebHandler } from '../../context.ts';
import { revenuePage } from './page.tsx';

export const showRevenue =
  (site: Site): WebHandler =>
  async (c) =>
    c.html(revenuePage({ frame: frameOf(site, c), rows: await readRevenue(site.db.db) }));
