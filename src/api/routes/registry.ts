import type { Route } from '../route.ts';
import { alertRoutes } from './alerts.ts';
import { chartRoutes } from './charts.ts';
import { healthRoutes } from './health.ts';
import { notificationRoutes } from './notifications.ts';
import { operateRoutes } from './operate.ts';
import { pastRoutes } from './past.ts';
import { profileRoutes } from './profiles.ts';
import { reloadRoutes } from './reload.ts';
import { resultRoutes } from './results.ts';
import { rowRoutes } from './rows.ts';
import { runRoutes } from './runs.ts';
import { scheduleRoutes } from './schedule.ts';
import { selfRoutes } from './self.ts';
import { statusRoutes } from './status.ts';
import { streamRoutes } from './stream.ts';

/** Every route of the API. */
export const routes: readonly Route[] = [
  ...statusRoutes,
  ...profileRoutes,
  ...runRoutes,
  ...rowRoutes,
  ...chartRoutes,
  ...resultRoutes,
  ...pastRoutes,
  ...operateRoutes,
  ...alertRoutes,
  ...streamRoutes,
  ...healthRoutes,
  ...scheduleRoutes,
  ...selfRoutes,
  ...reloadRoutes,
  ...notificationRoutes,
];
