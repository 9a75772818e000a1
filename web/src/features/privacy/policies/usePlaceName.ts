import { useTranslation } from 'react-i18next';
import { useEntityName } from '../../../shared/hooks/useEntityName';
import { ANY_TYPE } from './model';

const LISTS = ['allow', 'deny', 'recognizers'] as const;

/** The reader's word for a place of a policy, such as `entities.PERSON.threshold`. */
export function usePlaceName(): (place: string) => string {
  const { t } = useTranslation();
  const name = useEntityName();
  return (place) => {
    const [head, second, ...rest] = place.split('.');
    if (head === 'entities' && second) {
      const type = second === ANY_TYPE ? t('policies.entities.others') : name.of(second);
      return [type, ...rest.map((each) => each.replaceAll('_', ' '))].join(': ');
    }
    const list = LISTS.find((each) => each === head);
    if (!list) return place;
    return [t(`policies.place.${list}`), ...(second ? [second.replaceAll('_', ' ')] : [])].join(
      ': ',
    );
  };
}
