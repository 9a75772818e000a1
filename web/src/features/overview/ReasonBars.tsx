import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { Link, useSearchParams } from 'react-router';
import { SentimentShape } from '../../shared/components/SentimentMark';
import { VisuallyHidden } from '../../shared/components/VisuallyHidden';
import { formatCount, formatShare } from '../../shared/format';
import { withRange } from '../../shared/range';
import type { Reason } from './findings';

const percent = (share: number, top: number) => `${((share / top) * 100).toFixed(2)}%`;

/** The bar of a share and, over it, the line of its interval; both against the largest bound. */
function Bar({ reason, top }: { reason: Reason; top: number }) {
  const [low, high] = reason.interval ?? [];
  return (
    <Box
      aria-hidden
      sx={{ position: 'relative', height: '0.625rem', borderRadius: 1, bgcolor: 'action.hover' }}
    >
      <Box
        sx={{
          position: 'absolute',
          inset: 0,
          insetInlineEnd: 'auto',
          width: percent(reason.share, top),
          bgcolor: 'primary.main',
          opacity: 0.8,
          borderRadius: 1,
        }}
      />
      {low !== undefined && high !== undefined && (
        <Box
          sx={{
            position: 'absolute',
            top: '50%',
            height: '2px',
            mt: '-1px',
            insetInlineStart: percent(low, top),
            width: percent(high - low, top),
            bgcolor: 'text.primary',
            '&::before, &::after': {
              content: '""',
              position: 'absolute',
              top: '-3px',
              height: '8px',
              width: '2px',
              bgcolor: 'text.primary',
            },
            '&::before': { insetInlineStart: 0 },
            '&::after': { insetInlineEnd: 0 },
          }}
        />
      )}
    </Box>
  );
}

/** Contact reasons by share; each row leads to its conversations. */
export function ReasonBars({ reasons }: { reasons: Reason[] }) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const top = Math.max(...reasons.map((reason) => reason.interval?.[1] ?? reason.share), 0.001);
  return (
    <Box component="ol" sx={{ listStyle: 'none', m: 0, p: 0, display: 'grid', gap: 0.25 }}>
      {reasons.map((reason) => (
        <li key={reason.reason}>
          <ButtonBase
            component={Link}
            to={withRange('/conversations', params, { reason: reason.reason })}
            sx={{
              display: 'block',
              width: 'auto',
              textAlign: 'start',
              mx: -1,
              px: 1,
              py: 1,
              borderRadius: 1,
              '&:hover': { bgcolor: 'action.hover' },
            }}
          >
            <Box sx={{ display: 'flex', gap: 1.5, alignItems: 'baseline', mb: 0.625 }}>
              <Typography variant="body2" noWrap sx={{ flex: 1, fontWeight: 560, minWidth: 0 }}>
                {reason.title}
              </Typography>
              <Typography
                variant="caption"
                sx={{
                  color: 'text.secondary',
                  fontVariantNumeric: 'tabular-nums',
                  display: { xs: 'none', xl: 'inline' },
                }}
              >
                {t('overview.reasons.total', { total: formatCount(reason.conversations) })}
              </Typography>
              {reason.negative_share !== null && reason.negative_share !== undefined && (
                <Typography
                  variant="caption"
                  sx={{
                    display: { xs: 'none', sm: 'inline-flex' },
                    alignItems: 'center',
                    gap: 0.5,
                    color: 'text.secondary',
                  }}
                >
                  <SentimentShape sentiment="negative" />
                  {t('overview.reasons.negative', { share: formatShare(reason.negative_share, 0) })}
                </Typography>
              )}
              <Typography
                variant="body2"
                sx={{
                  fontVariantNumeric: 'tabular-nums',
                  fontWeight: 620,
                  minWidth: '3.25rem',
                  textAlign: 'end',
                }}
              >
                {formatShare(reason.share)}
              </Typography>
            </Box>
            <VisuallyHidden>{t('actions.view')}</VisuallyHidden>
            <Bar reason={reason} top={top} />
          </ButtonBase>
        </li>
      ))}
    </Box>
  );
}
