/**
 * PetShop (Hardt et al. 2023, arXiv 2311.04806; CC-BY-4.0): latency percentiles and request counts of the services of a shop
 * every five minutes: 49 hours without an issue, and 25 minutes around each of the injected issues.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Trace } from '../trace.ts';
import { columnsOf, numberOf } from './columns.ts';
import { observedSeries, observedTrace } from './observed.ts';

const MINUTES = 5;

export interface PetshopIssue {
  name: string;
  node: string;
  statistic: string;
  /** The quiet 49 hours of that series, then the rows of the issue as they were measured. */
  measured: Trace;
  /** The same, with the rows since the onset repeated for twelve hours: an issue that nobody stops. */
  held: Trace;
  onsetHour: number;
}

interface Table {
  epochS: number[];
  columns: { node: string; metric: string; statistic: string; values: Float64Array }[];
}

/** One trace a service with all its latency statistics, where at least half of the readings are there. */
export function quietServices(folder: string): Trace[] {
  const table = tableOf(join(folder, 'petshop', 'low_traffic', 'noissue', 'metrics.csv'));
  const nodes = new Set(table.columns.map(({ node }) => node));
  return [...nodes].flatMap((node) => {
    const series = table.columns
      .filter((column) => column.node === node && column.metric === 'latency' && mostlyThere(column.values))
      .map(({ statistic, values }) => observedSeries(`latency_${statistic}`, 'drift', values));
    if (series.length === 0) return [];
    return [observedTrace(`petshop ${node}`, hoursOf(table), requestsAMinute(table, node), series)];
  });
}

const target = z.object({
  target: z.object({ node: z.string(), metric: z.string(), agg: z.string(), timestamp: z.number() }),
});

/** The issues whose target is a latency. */
export function latencyIssues(folder: string): PetshopIssue[] {
  const root = join(folder, 'petshop', 'low_traffic');
  const quiet = tableOf(join(root, 'noissue', 'metrics.csv'));
  return ['train', 'test'].flatMap((part) =>
    readdirSync(join(root, part))
      .toSorted()
      .flatMap((issue) => {
        const path = join(root, part, issue);
        const { node, metric, agg, timestamp } = target.parse(
          JSON.parse(readFileSync(join(path, 'target.json'), 'utf8')),
        ).target;
        return metric === 'latency'
          ? issueOf(`${part}/${issue}`, quiet, tableOf(join(path, 'metrics.csv')), node, agg, timestamp)
          : [];
      }),
  );
}

function issueOf(
  name: string,
  quiet: Table,
  issue: Table,
  node: string,
  statistic: string,
  onsetS: number,
): PetshopIssue[] {
  const [before, after] = [quiet, issue].map((table) =>
    table.columns.find(
      (column) => column.node === node && column.metric === 'latency' && column.statistic === statistic,
    ),
  );
  if (before === undefined || after === undefined) return [];
  const [load, loadAfter] = [requestsAMinute(quiet, node), requestsAMinute(issue, node)];
  const rows = [...after.values.keys()];
  // A row is named by the start of its five minutes.
  const since = rows.filter((row) => (issue.epochS[row] ?? 0) + 60 * MINUTES > onsetS);
  const quietHours = hoursOf(quiet);
  const firstHour = (quietHours.at(-1) ?? 0) + MINUTES / 60;
  const trace = (appended: readonly number[]) =>
    observedTrace(
      `petshop ${name}`,
      Float64Array.of(...quietHours, ...appended.map((_, index) => firstHour + (index * MINUTES) / 60)),
      Float64Array.of(...load, ...appended.map((row) => loadAfter[row] ?? Number.NaN)),
      [
        observedSeries(
          `latency_${statistic}`,
          'drift',
          Float64Array.of(...before.values, ...appended.map((row) => after.values[row] ?? Number.NaN)),
        ),
      ],
    );
  const repeated = Array.from({ length: (12 * 60) / MINUTES }, (_, index) => since[index % since.length] ?? 0);
  return [
    {
      name,
      node,
      statistic,
      measured: trace(rows),
      held: trace([...rows.filter((row) => !since.includes(row)), ...repeated]),
      onsetHour: firstHour + ((rows.length - since.length) * MINUTES) / 60,
    },
  ];
}

/** The first three lines name each column; the fourth says what the first cell of each row is. */
function tableOf(file: string): Table {
  const { header, rows } = columnsOf(file);
  const [metrics = [], statistics = [], , ...readings] = rows;
  return {
    epochS: readings.map((cells) => numberOf(cells[0])),
    columns: header.slice(1).map((node, index) => ({
      node,
      metric: metrics[index + 1] ?? '',
      statistic: statistics[index + 1] ?? '',
      values: Float64Array.from(readings, (cells) => numberOf(cells[index + 1])),
    })),
  };
}

function requestsAMinute(table: Table, node: string): Float64Array {
  const requests = table.columns.find((column) => column.node === node && column.metric === 'requests')?.values;
  return requests?.map((sum) => sum / MINUTES) ?? new Float64Array(table.epochS.length).fill(Number.NaN);
}

function hoursOf({ epochS }: Table): Float64Array {
  return Float64Array.from(epochS, (second) => (second - (epochS[0] ?? 0)) / 3600);
}

function mostlyThere(values: Float64Array): boolean {
  return values.filter((value) => !Number.isNaN(value)).length >= values.length / 2;
}
