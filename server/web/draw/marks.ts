/** Marks, as charts show them. */
import type uPlot from 'uplot';
import type { Mark } from '../../protocol/page';
import { theme } from './theme';

const TIP = 3;

export function markColour([, kind]: Mark): string {
  const { bad, warn, mark } = theme.colours;
  switch (kind) {
    case 'exit':
      return bad;
    case 'blocked':
      return warn;
    case 'start':
    case 'restart':
    case 'reload':
    case 'stop':
    case 'turns':
      return mark;
  }
}

/** Draws those that the plot's time has. */
export function drawMarks(plot: uPlot, marks: readonly Mark[]): void {
  const { ctx, bbox } = plot;
  const { min = 0, max = 0 } = plot.scales['x']!;
  const ratio = devicePixelRatio;
  ctx.save();
  ctx.lineWidth = ratio;
  ctx.setLineDash([2 * ratio, 3 * ratio]);
  for (const mark of marks) {
    const time = mark[0] / 1000;
    if (time < min || time > max) continue;
    const x = Math.round(plot.valToPos(time, 'x', true)) + 0.5;
    const tip = TIP * ratio;
    ctx.strokeStyle = ctx.fillStyle = markColour(mark);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.beginPath();
    ctx.moveTo(x - tip, bbox.top);
    ctx.lineTo(x + tip, bbox.top);
    ctx.lineTo(x, bbox.top + 1.5 * tip);
    ctx.fill();
  }
  ctx.restore();
}

/** The nearest one within some pixels of the cursor. */
export function markAt(plot: uPlot, left: number, marks: readonly Mark[]): Mark | undefined {
  let nearest: Mark | undefined;
  let least = 6;
  for (const mark of marks) {
    const distance = Math.abs(plot.valToPos(mark[0] / 1000, 'x') - left);
    if (distance > least) continue;
    least = distance;
    nearest = mark;
  }
  return nearest;
}
