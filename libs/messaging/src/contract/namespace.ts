/**
 * The system's name on the wire and in metrics, unless a `namespace` option gives another: headers `x-waybill-*`, metrics
 * `waybill_*`, CloudEvents sources `/waybill/<service>`, the type of the libraries' own messages. The same for all services.
 */
export const DEFAULT_NAMESPACE = 'waybill';

/** CloudEvents `source` of a service's messages. */
export const sourceOf = (service: string, namespace = DEFAULT_NAMESPACE): string => `/${namespace}/${service}`;
