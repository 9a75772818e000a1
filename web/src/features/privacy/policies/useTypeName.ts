import { useEntityName } from '../../../shared/hooks/useEntityName';
import type { Entity } from './model';

/** The reader's word for a type; one of a single country by what it is, and the country. */
export function useTypeName(): (entity: Entity) => string {
  const name = useEntityName();
  return ({ type, country, description }) =>
    country ? `${description} (${country})` : name.of(type);
}
