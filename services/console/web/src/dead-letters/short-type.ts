/** `OrderCreated v1` for `waybill.OrderCreated.v1`. */
export function shortType(type: string | null): string {
  if (!type) return 'without a type';
  const [, name, version] = /(?:^|\.)([^.]+)\.(v\d+)$/.exec(type) ?? [];
  return name ? `${name} ${version}` : type;
}
