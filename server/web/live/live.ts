/** All that the page knows of the cluster, kept up to date by the events of the stream. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { ChartPoints, ChartSeries, Hello, Mark, Past, ProcessRow } from '../../protocol/page';
import { getOverview, postCharts } from './api';
import { Catalogue } from './catalogue';
import { Hours } from './hours';
import { OpenCharts } from './open-charts';
import { processOf, type Process } from './process';
import { Reloads } from './reloads';
import { Stream, type Connection } from './stream';
import { Topic } from './topic';

const HOUR_MS = 3_600_000;
/** A crash loop makes many; the oldest go first. */
const MAX_MARKS = 1000;
/** Several changes in a row are one request. */
const POST_AFTER_MS = 50;
const ASK_AGAIN_MS = 5000;

export class Live {
  readonly connectionTopic = new Topic();
  readonly processesTopic = new Topic();
  readonly marksTopic = new Topic();
  readonly charts = new OpenCharts();
  readonly catalogue = new Catalogue();
  readonly hours = new Hours();
  readonly reloads = new Reloads();
  connection: Connection = 'connecting';
  /** Why the connection is lost, if the server has said so. */
  message = '';
  version = '';
  /** Why there is nothing to see: a sentence. */
  problem: string | null = null;
  /** `undefined`: the server has not said yet. */
  processes: readonly Process[] | undefined;
  /** By ascending time. */
  marks: readonly Mark[] = [];
  /** How many points a chart has room for. */
  points = 300;
  readonly #stream: Stream;
  #name: string | undefined;
  #clockOffset = 0;
  #posting: number | undefined;
  #askAgainAt = 0;

  constructor() {
    const events = {
      hello: (data: Hello) => this.#onHello(data),
      past: (data: Past) => this.#onPast(data),
      processes: (data: readonly ProcessRow[]) => this.#onProcesses(data),
      marks: (data: readonly Mark[]) => this.#onMarks(data),
      series: (data: ChartSeries) => this.charts.onSeries(data),
      points: (data: ChartPoints) => this.charts.onPoints(data),
    };
    this.#stream = new Stream(events, (connection, message) => {
      this.connection = connection;
      this.message = message;
      this.connectionTopic.changed();
    });
    this.charts.changed.subscribe(() => this.postCharts());
    setInterval(() => this.#onSecond(), 1000);
  }

  connect(): void {
    this.connection = 'connecting';
    this.connectionTopic.changed();
    this.#stream.open();
  }

  /** The server's time. */
  now(): number {
    return Date.now() + this.#clockOffset;
  }

  /** Tells the server which charts are shown. */
  postCharts(): void {
    clearTimeout(this.#posting);
    this.#posting = setTimeout(() => void this.#post(), POST_AFTER_MS);
  }

  async #post(): Promise<void> {
    if (this.#name === undefined) return;
    const charts = this.charts.all.map(({ id, spec }) => ({ id, ...spec, points: this.points }));
    const answer = await postCharts(this.#name, { charts });
    if (answer.ok || answer.locked) return;
    for (const chart of this.charts.all) {
      if (chart.buffer.names.length === 0) chart.error = answer.message;
      chart.news.changed();
    }
  }

  #onHello([name, version, now]: Hello): void {
    if (this.version !== '' && version !== this.version) {
      // The new version of the server has another page, and may send other events.
      location.reload();
      return;
    }
    this.#name = name;
    this.version = version;
    this.#clockOffset = now - Date.now();
    this.hours.clear();
    this.reloads.clear();
    this.marks = [];
    this.charts.clear();
    this.catalogue.clear();
    this.postCharts();
    this.#askAgainAt = 0;
    void this.#askForProblem();
  }

  #onPast(past: Past): void {
    this.hours.addPast(past);
    this.processesTopic.changed();
  }

  #onProcesses(rows: readonly ProcessRow[]): void {
    const now = this.now();
    const before = this.processes;
    const processes = rows.map(processOf);
    this.processes = processes;
    this.hours.add(now, processes);
    this.reloads.update(now, processes);
    this.processesTopic.changed();
    if (processes.length !== before?.length || this.problem !== null) void this.#askForProblem();
  }

  /** Durations change each second, without news too. */
  #onSecond(): void {
    if (this.processes === undefined || this.connection !== 'live') return;
    const [oldest] = this.marks;
    if (oldest !== undefined && oldest[0] < this.now() - HOUR_MS) this.#onMarks([]);
    this.reloads.update(this.now(), this.processes);
    this.processesTopic.changed();
  }

  #onMarks(marks: readonly Mark[]): void {
    this.reloads.note(this.now(), marks);
    const since = this.now() - HOUR_MS;
    this.marks = [...this.marks, ...marks].filter(([time]) => time >= since).slice(-MAX_MARKS);
    this.marksTopic.changed();
  }

  /** The events of the stream do not say why there is nothing to see. */
  async #askForProblem(): Promise<void> {
    if (performance.now() < this.#askAgainAt) return;
    this.#askAgainAt = performance.now() + ASK_AGAIN_MS;
    const answer = await getOverview();
    const problem = answer.ok ? answer.value.problem : this.problem;
    if (problem === this.problem) return;
    this.problem = problem;
    this.processesTopic.changed();
  }
}

const LiveContext = createContext<Live | undefined>(undefined);
export const LiveProvider = LiveContext.Provider;

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (live === undefined) throw new Error('There is no LiveProvider above this component.');
  return live;
}
