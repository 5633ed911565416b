import { onceAFrame } from "../frame.ts";
import { cellColours } from "./cells.ts";
import type { Colour } from "./cells.ts";
import { gridFor, scaleText } from "./grid.ts";
import type { Grid } from "./grid.ts";
import { STATES } from "./states.ts";
import type { PageStates } from "./states.ts";

/** The share of the way to its new colour that a cell goes in each frame. */
const EASE = 0.22;
/** Smaller differences in a channel are not visible. */
const CLOSE = 1.5;

/** Pages as cells on a canvas. They fade to their new colours unless the user prefers less motion. */
export class PageMap {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #caption: HTMLElement;
  readonly #still = matchMedia("(prefers-reduced-motion: reduce)");
  readonly #step = onceAFrame(() => {
    this.#draw();
  });
  #pages: PageStates = new Uint8Array(1);
  #colours: Colour[] = [];
  #grid: Grid = gridFor(1, 1, 1);
  #target: Float32Array = new Float32Array();
  #shown: Float32Array = new Float32Array();

  constructor(canvas: HTMLCanvasElement, caption: HTMLElement) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d")!;
    this.#caption = caption;
    new ResizeObserver(() => {
      this.#layOut();
    }).observe(canvas.parentElement!);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
      this.#layOut();
    });
  }

  /** Shows these pages from the next frame on. */
  show(pages: PageStates): void {
    const resized = pages.length !== this.#pages.length;
    this.#pages = pages;
    if (resized || this.#colours.length === 0) this.#layOut();
    this.#target = cellColours(pages, this.#grid, this.#colours);
    this.#step();
  }

  /** The pages at a place in the canvas, in CSS pixels; undefined outside the map. */
  framesAt(x: number, y: number): { first: number; frames: number } | undefined {
    const { columns, cell, framesPerCell } = this.#grid;
    const first = (Math.floor(y / cell) * columns + Math.floor(x / cell)) * framesPerCell;
    if (first >= this.#pages.length || x >= columns * cell) return undefined;
    return { first, frames: Math.min(framesPerCell, this.#pages.length - first) };
  }

  /** Takes the available width and the page's colours, and draws everything again. */
  #layOut(): void {
    const width = this.#canvas.parentElement!.clientWidth;
    if (width === 0) return;
    this.#grid = gridFor(this.#pages.length, width, Math.min(420, innerHeight * 0.45, width * 0.6));
    this.#colours = STATES.map(({ name }) => cssColour(`--${name}`));
    const scale = devicePixelRatio;
    this.#canvas.width = Math.round(width * scale);
    this.#canvas.height = Math.round(this.#grid.rows * this.#grid.cell * scale);
    this.#canvas.style.height = `${this.#canvas.height / scale}px`;
    this.#caption.textContent = scaleText(this.#grid);
    this.#target = cellColours(this.#pages, this.#grid, this.#colours);
    this.#shown = this.#target.slice().fill(-1);
    this.#draw();
  }

  #draw(): void {
    let moving = false;
    for (let cell = 0; 3 * cell < this.#target.length; cell++) {
      if (this.#approach(cell)) this.#paint(cell);
      moving ||= this.#differs(cell);
    }
    if (moving) this.#step();
  }

  /** Brings a cell nearer to its colour. Returns whether it changed. */
  #approach(cell: number): boolean {
    if (!this.#differs(cell)) return false;
    const at = 3 * cell;
    const jump = this.#still.matches || this.#shown[at]! < 0;
    for (let i = at; i < at + 3; i++) {
      const way = this.#target[i]! - this.#shown[i]!;
      this.#shown[i]! += jump || Math.abs(way) < CLOSE ? way : way * EASE;
    }
    return true;
  }

  #differs(cell: number): boolean {
    const at = 3 * cell;
    return [0, 1, 2].some((i) => this.#target[at + i] !== this.#shown[at + i]);
  }

  #paint(cell: number): void {
    const { columns, cell: side } = this.#grid;
    const scale = devicePixelRatio;
    const edge = (index: number): number => Math.round(index * side * scale);
    const [column, row] = [cell % columns, Math.floor(cell / columns)];
    const gap = Math.max(1, Math.round(scale * 0.75));
    const [red, green, blue] = this.#shown.subarray(3 * cell, 3 * cell + 3);
    this.#context.fillStyle = `rgb(${red!} ${green!} ${blue!})`;
    this.#context.fillRect(
      edge(column),
      edge(row),
      edge(column + 1) - edge(column) - gap,
      edge(row + 1) - edge(row) - gap,
    );
  }
}

function cssColour(property: string): Colour {
  const hex = getComputedStyle(document.documentElement).getPropertyValue(property).trim();
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
