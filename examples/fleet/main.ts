// 500 signatures that people approve, by three workers that share one store, one of which is killed: main.ts [IMAGES]
import { runFleet } from './fleet.js';
import { redisIsInstalled } from './redis-server.js';

const images = Number(process.argv[2] ?? 500);
const started = Date.now();
const tell = (line: string) => console.log(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);
if (!redisIsInstalled) {
  console.log('redis-server is not installed (apt-get install redis-server)');
  process.exitCode = 69;
} else {
  const report = await runFleet({ images, killAfter: Math.floor(images / 3), tell });
  const lines: [string, number, number][] = [
    ['images that are trusted', report.trusted, images],
    ['signatures in the registry', report.signatures, images],
    ['images with none, or with several', report.notOnce, 0],
    ['requests that the TSB was asked', report.requests, images],
    ['requests that were executed', report.executed, images],
    ['images with two open requests at once', report.doubled, 0],
    ['jobs that name their signature', report.jobsDone, images],
    ['records that nobody ended', report.leftOver.length, 0],
  ];
  for (const [what, is, expected] of lines)
    console.log(`${is === expected ? 'ok  ' : 'NOT '} ${String(is).padStart(5)}  ${what}`);
  for (const kind of report.leftOver) console.log(`      left over: ${kind}`);
  if (lines.some(([, is, expected]) => is !== expected) || !report.killed) process.exitCode = 1;
}
