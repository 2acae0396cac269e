/** The last hour of a number as a small line, with marks. */
import { useEffect, useRef } from 'preact/hooks';
import type { Mark } from '../../protocol/page';
import { STEPS, STEP_MS, type Hour } from '../live/hour';
import { useLive, type Live } from '../live/live';
import { markColour } from './marks';
import { theme } from './theme';
import { Painters } from './visible';

const PAINT_EVERY_MS = 5000;

export interface SparklineProps {
  readonly width: number;
  readonly height: number;
  readonly hour: () => Hour | undefined;
  /** Which marks it shows. */
  readonly isOwn: (mark: Mark) => boolean;
  readonly isBad?: boolean;
}

const painters = new Painters();
let paintedAt = 0;

/** Paints all that are visible, if it is time: a pixel is half a minute or more. */
export function paintSparklines(now: number): void {
  if (now - paintedAt < PAINT_EVERY_MS) return;
  paintedAt = now;
  painters.paintAll();
}

/** It repeats what stands beside it as a number, so that screen readers pass over it. */
export function Sparkline(props: SparklineProps) {
  const live = useLive();
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(props);
  latest.current = props;
  useEffect(() => {
    const element = canvas.current!;
    const end = painters.add(element, () => paint(element, latest.current, live));
    const endTheme = theme.topic.subscribe(() => painters.paint(element));
    return () => {
      end();
      endTheme();
    };
  }, []);
  return <canvas ref={canvas} class="spark" width={props.width} height={props.height} aria-hidden="true" />;
}

const values = new Float64Array(STEPS);

function paint(canvas: HTMLCanvasElement, { width, height, hour, isOwn, isBad }: SparklineProps, live: Live): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const ratio = devicePixelRatio;
  if (canvas.style.width === '' || canvas.width !== Math.round(width * ratio)) {
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  const now = live.now();
  const steps = live.hours.steps(now);
  const { accent, bad, line } = theme.colours;
  context.fillStyle = line;
  context.fillRect(0, height - 1, width, 1);
  for (const mark of live.marks) {
    if (!isOwn(mark)) continue;
    const x = width * (1 - (now - mark[0]) / (steps * STEP_MS));
    if (x < 0) continue;
    context.fillStyle = markColour(mark);
    context.fillRect(Math.round(x), 0, 1, height);
  }
  const read = hour();
  if (read === undefined) return;
  read.read(now, values);
  context.strokeStyle = isBad === true ? bad : accent;
  strokeLine(context, values.subarray(STEPS - steps), width, height);
}

/** Where there are more steps than pixels, a pixel shows the largest of its steps. */
function strokeLine(context: CanvasRenderingContext2D, steps: Float64Array, width: number, height: number): void {
  let highest = 0;
  for (const value of steps) if (value > highest) highest = value;
  const scale = highest === 0 ? 0 : (height - 3) / highest;
  const together = Math.ceil(steps.length / width);
  context.lineWidth = 1.25;
  context.lineJoin = 'round';
  context.beginPath();
  let isDown = false;
  for (let begin = 0; begin < steps.length; begin += together) {
    let value = Number.NaN;
    for (let step = begin; step < Math.min(begin + together, steps.length); step++) {
      if (!(steps[step]! <= value)) value = Number.isNaN(steps[step]!) ? value : steps[step]!;
    }
    if (Number.isNaN(value)) {
      isDown = false;
      continue;
    }
    const x = ((begin + together / 2) / steps.length) * width;
    const y = height - 1.5 - value * scale;
    if (!isDown) context.moveTo(x - 0.5, y);
    context.lineTo(x, y);
    isDown = true;
  }
  context.stroke();
}
