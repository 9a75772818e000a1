import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { RowLink, RowList } from '../../../shared/components/RowLink';
import { SafeText } from '../../../shared/components/SafeText';
import { formatDate } from '../../../shared/format';
import { useAddress } from '../../../shared/hooks/useAddress';
import { type Asked, isLate, isOpen } from './rights';
import { StatusChip } from './StatusChip';
import { useTargetName } from './useTargetName';

interface Props {
  items: Asked[];
  chosen: string | undefined;
}

export function RequestList({ items, chosen }: Props) {
  const { t } = useTranslation();
  const { link } = useAddress();
  const targetName = useTargetName();
  const [now] = useState(() => Date.now());
  return (
    <RowList label={t('requests.list')}>
      {items.map((asked) => (
        <RowLink key={asked.id} to={link({ id: asked.id })} current={asked.id === chosen}>
          <Box component="span" sx={{ display: 'flex', gap: 1, alignItems: 'center' }}>
            <Typography variant="body2" component="span" sx={{ fontWeight: 600, flex: 1 }}>
              {`${t(`requests.kind.${asked.kind}`)} · ${targetName(asked.target)}`}
            </Typography>
            <StatusChip status={asked.status} />
          </Box>
          <Typography variant="body2" component="span" noWrap>
            <SafeText text={asked.reason} />
          </Typography>
          <Typography
            variant="caption"
            component="span"
            sx={{ color: isLate(asked, now) ? 'error.main' : 'text.secondary' }}
          >
            {t('requests.asked', { date: formatDate(asked.created_at) })}
            {isOpen(asked) &&
              ` · ${t(isLate(asked, now) ? 'requests.late' : 'requests.due', {
                date: formatDate(asked.due_at),
              })}`}
          </Typography>
        </RowLink>
      ))}
    </RowList>
  );
}
