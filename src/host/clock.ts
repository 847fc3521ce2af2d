import * as os from 'os';
import * as system from 'system';
import type { Clock } from '../core/ports.ts';
import { Timer } from './timer.ts';

export class SystemClock implements Clock {
  readonly #timer = new Timer(() => this.#listener());
  #listener: () => void = () => {};
  #alarmMs: number | null = null;
  readonly #onJump: (() => void)[] = [];

  nowMs(): number {
    return system.boottimeMs();
  }

  wallMs(): number {
    return Date.now();
  }

  draw(): number {
    return system.random();
  }

  setAlarm(atMs: number | null): void {
    // An unchanged alarm that is still to come costs no system call.
    if (atMs === this.#alarmMs && atMs !== null && atMs > this.nowMs()) return;
    this.#alarmMs = atMs;
    this.#timer.set(atMs === null ? null : Math.max(0, atMs - this.nowMs()));
  }

  onAlarm(listener: () => void): void {
    this.#listener = () => {
      this.#alarmMs = null;
      listener();
    };
  }

  onJump(listener: () => void): void {
    this.#onJump.push(listener);
    if (this.#onJump.length > 1) return;
    const fd = system.jumpOpen();
    os.setReadHandler(fd, () => {
      system.jumpRead(fd);
      for (const run of this.#onJump) run();
    });
  }
}
