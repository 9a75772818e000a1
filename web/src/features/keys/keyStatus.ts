import type { GatewayListKeysApiResponse } from '../../api/generated';

export type ApiKey = GatewayListKeysApiResponse['items'][number];
export type KeyStatus = 'active' | 'expired' | 'revoked';

export function keyStatus(key: ApiKey, now: number): KeyStatus {
  if (key.revoked_at) return 'revoked';
  if (key.expires_at && Date.parse(key.expires_at) <= now) return 'expired';
  return 'active';
}
