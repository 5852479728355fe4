/** One condition of a process's readiness. */
export interface HealthCheck {
  name: string;
  /** Rejects with the reason while it is not ready. */
  check(): Promise<void>;
  /** What a person should know although it is ready, such as which consumers an operator has paused. */
  note?(): string | undefined;
}
