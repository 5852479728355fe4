import { Pause } from './pause.js';

/** Pauses the process of this id and waits to be killed. */
const paused = new Pause(Number(process.argv[2])).stop();
process.stdout.write(`paused ${paused}\n`);
setInterval(() => {}, 1_000_000);
