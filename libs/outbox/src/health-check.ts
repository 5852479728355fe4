/** What a component reports to the process's readiness endpoint. */
export interface HealthCheck {
  name: string;
  /** Rejects with the reason while the component is not ready. */
  check(): Promise<void>;
}
