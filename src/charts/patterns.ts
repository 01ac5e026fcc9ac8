import { type CanvasPattern, createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { COLOURS, type KindStyle } from './theme.js';

/** Size of a tile: a bar is about as wide. */
const TILE = 20;
const STROKE = 5;

/** Fill of a kind's bars: its colour, with its pattern cut out. */
export function patternOf(context: SKRSContext2D, { colour, pattern }: KindStyle): string | CanvasPattern {
	if (pattern === 'solid') return colour;
	const tile = createCanvas(TILE, TILE);
	const drawing = tile.getContext('2d');
	drawing.fillStyle = colour;
	drawing.fillRect(0, 0, TILE, TILE);
	drawing.fillStyle = COLOURS.background;
	drawing.strokeStyle = COLOURS.background;
	drawing.lineWidth = STROKE;
	MARKS[pattern](drawing);
	return context.createPattern(tile, 'repeat') ?? colour;
}

const MARKS: Readonly<Record<Exclude<KindStyle['pattern'], 'solid'>, (drawing: SKRSContext2D) => void>> = {
	rising: (drawing) => {
		for (const offset of [-TILE, 0, TILE]) {
			drawing.beginPath();
			drawing.moveTo(offset - STROKE, TILE + STROKE);
			drawing.lineTo(offset + TILE + STROKE, -STROKE);
			drawing.stroke();
		}
	},
	dots: (drawing) => {
		for (const at of [TILE / 4, (3 * TILE) / 4]) {
			drawing.beginPath();
			drawing.arc(at, at, STROKE - 1, 0, 2 * Math.PI);
			drawing.fill();
		}
	},
	rows: (drawing) => {
		for (const at of [0, TILE / 2]) drawing.fillRect(0, at, TILE, STROKE);
	},
	grid: (drawing) => {
		drawing.fillRect(0, 0, TILE, STROKE - 1);
		drawing.fillRect(0, 0, STROKE - 1, TILE);
	}
};
