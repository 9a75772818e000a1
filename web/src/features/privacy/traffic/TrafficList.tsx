import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { RowLink, RowList } from '../../../shared/components/RowLink';
import { SafeText } from '../../../shared/components/SafeText';
import { formatCount, formatDateTime } from '../../../shared/format';
import { useAddress } from '../../../shared/hooks/useAddress';
import type { Passage } from './passages';
import { usePurposeName } from './usePurposeName';

interface Props {
  passages: Passage[];
  chosen: string | undefined;
}

/** What left, each with its first text and how much of it was hidden. */
export function TrafficList({ passages, chosen }: Props) {
  const { t } = useTranslation();
  const { link } = useAddress();
  const purposeName = usePurposeName();
  return (
    <RowList label={t('traffic.list.label')}>
      {passages.map((passage) => {
        const hidden = Object.values(passage.entities).reduce((sum, n) => sum + n, 0);
        return (
          <RowLink key={passage.id} to={link({ id: passage.id })} current={passage.id === chosen}>
            <Typography
              variant="body2"
              component="span"
              sx={{
                display: '-webkit-box',
                WebkitBoxOrient: 'vertical',
                WebkitLineClamp: 2,
                overflow: 'hidden',
                lineHeight: 1.7,
                overflowWrap: 'anywhere',
              }}
            >
              {passage.texts[0] ? <SafeText text={passage.texts[0]} /> : t('traffic.list.none')}
            </Typography>
            <Box sx={{ display: 'flex', flexWrap: 'wrap', columnGap: 1.5 }}>
              <Typography variant="caption" sx={{ color: 'text.secondary', flex: 1 }}>
                {purposeName(passage.purpose)}
                {` · ${t('traffic.list.texts', { count: passage.n })}`}
                {` · ${t('traffic.list.hidden', { count: hidden, n: formatCount(hidden) })}`}
              </Typography>
              <Typography variant="caption" sx={{ color: 'text.secondary' }}>
                {formatDateTime(passage.at)}
              </Typography>
            </Box>
          </RowLink>
        );
      })}
    </RowList>
  );
}
