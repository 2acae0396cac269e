/** Canvases that are painted only while they are on the screen. */
import { inFrame } from '../live/frame';

export class Painters {
  readonly #paints = new Map<Element, () => void>();
  readonly #visible = new Set<Element>();
  readonly #observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) {
        this.#visible.delete(target);
        continue;
      }
      this.#visible.add(target);
      this.paint(target);
    }
  });

  /** @returns a function that ends it */
  add(element: Element, paint: () => void): () => void {
    this.#paints.set(element, paint);
    this.#observer.observe(element);
    return () => {
      this.#observer.unobserve(element);
      this.#paints.delete(element);
      this.#visible.delete(element);
    };
  }

  /** In the next frame, if it is visible. */
  paint(element: Element): void {
    const paint = this.#paints.get(element);
    if (paint !== undefined && this.#visible.has(element)) inFrame(paint);
  }

  paintAll(): void {
    for (const element of this.#visible) this.paint(element);
  }
}
