import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import type { ReceiptReply } from '../../api/generated';
import { CopyButton } from '../../shared/components/CopyButton';
import { formatCount, formatDateTime } from '../../shared/format';
import { useEntityName } from '../../shared/hooks/useEntityName';

/** What was hidden and by which rules; the same stands in the audit log. */
export function Receipt({ receipt }: { receipt: ReceiptReply }) {
  const { t } = useTranslation();
  const name = useEntityName();
  const hidden = Object.entries(receipt.entities)
    .map(([type, count]) => `${name.of(type)} ${formatCount(count)}`)
    .join(', ');
  const rows = [
    [t('privacy.receipt.id'), receipt.id],
    [t('privacy.receipt.at'), formatDateTime(receipt.at)],
    [t('privacy.receipt.hidden'), hidden || t('privacy.receipt.nothing')],
    [t('privacy.receipt.policy'), receipt.policy_version],
    [t('privacy.receipt.recognizers'), receipt.recognizer_version],
    [t('privacy.receipt.digest'), receipt.digest],
  ] as const;
  return (
    <Box sx={{ mt: 2.5, pt: 2, borderTop: 1, borderColor: 'divider' }}>
      <Box sx={{ display: 'flex', alignItems: 'center', gap: 1 }}>
        <Typography variant="h3" sx={{ flex: 1 }}>
          {t('privacy.receipt.title')}
        </Typography>
        <CopyButton text={JSON.stringify(receipt, null, 2)} label={t('privacy.receipt.copy')} />
      </Box>
      <Typography variant="caption" component="p" sx={{ color: 'text.secondary' }}>
        {t('privacy.receipt.text')}
      </Typography>
      <Box
        component="dl"
        sx={{
          m: 0,
          mt: 1,
          display: 'grid',
          gridTemplateColumns: '7.5rem minmax(0, 1fr)',
          rowGap: 0.5,
          columnGap: 2,
        }}
      >
        {rows.map(([term, value]) => (
          <Box key={term} sx={{ display: 'contents' }}>
            <Typography component="dt" variant="body2" sx={{ color: 'text.secondary' }}>
              {term}
            </Typography>
            <Typography component="dd" variant="body2" sx={{ m: 0, overflowWrap: 'anywhere' }}>
              {value}
            </Typography>
          </Box>
        ))}
      </Box>
    </Box>
  );
}
