import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { formatShare } from '../../shared/format';
import { withRange } from '../../shared/range';
import { ChartCard } from './ChartCard';
import { type Overview, sharedLead } from './findings';
import { ReasonBars } from './ReasonBars';
import { ReasonTable } from './ReasonTable';

const SHOWN = 12;

export function ReasonCard({ overview }: { overview: Overview }) {
  const { t } = useTranslation();
  const [params] = useSearchParams();
  const [all, setAll] = useState(false);
  const { reasons } = overview;
  const [first, second] = reasons;
  const title = !first
    ? t('overview.reasons.none')
    : second && sharedLead(reasons)
      ? t('overview.reasons.tie', { first: first.title, second: second.title })
      : t('overview.reasons.lead', { first: first.title, share: formatShare(first.share) });
  const shown = all ? reasons : reasons.slice(0, SHOWN);
  const more = reasons.length > SHOWN && (
    <Button size="small" onClick={() => setAll(!all)} aria-expanded={all} sx={{ mt: 1, ml: -0.5 }}>
      {all ? t('overview.reasons.fewer') : t('overview.reasons.all', { count: reasons.length })}
    </Button>
  );
  const chart = first ? (
    <>
      <ReasonBars reasons={shown} />
      {more}
      <Typography variant="caption" component="p" sx={{ color: 'text.secondary', mt: 1.5 }}>
        {t('overview.reasons.note')}
      </Typography>
    </>
  ) : (
    <Typography variant="body2" sx={{ color: 'text.secondary', py: 4 }}>
      {t('overview.reasons.empty')}
    </Typography>
  );
  return (
    <ChartCard
      title={title}
      n={overview.conversations.value}
      range={overview.range}
      to={withRange('/conversations', params)}
      chart={chart}
      table={<ReasonTable reasons={reasons} />}
    />
  );
}
