import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useTranslation } from 'react-i18next';
import { usePrivacyListDatasetsQuery } from '../../../api/generatedPrivacy';
import { EmptyState } from '../../../shared/components/EmptyState';
import { QueryState } from '../../../shared/components/QueryState';
import { RowLink, RowList } from '../../../shared/components/RowLink';
import { Split } from '../../../shared/components/Split';
import { useAddress } from '../../../shared/hooks/useAddress';
import { BudgetMeter } from './BudgetMeter';
import { Dataset } from './Dataset';

const MOST = 50;

/** Datasets with their privacy budgets; one beside the list, with its ledger. */
export function Statistics({ onNote }: { onNote: (text: string) => void }) {
  const { t } = useTranslation();
  const { get, link } = useAddress();
  const chosen = get('dataset');
  const query = usePrivacyListDatasetsQuery({ limit: MOST }, { refetchOnMountOrArgChange: true });
  return (
    <QueryState
      query={query}
      skeleton={<Skeleton variant="rounded" height="16rem" />}
      isEmpty={(page) => page.items.length === 0}
      empty={<EmptyState title={t('tables.stats.none')} text={t('tables.stats.noneText')} />}
    >
      {(page) => (
        <Split
          list={
            <RowList label={t('tables.stats.datasets')}>
              {page.items.map((dataset) => (
                <RowLink
                  key={dataset.id}
                  to={link({ dataset: dataset.id })}
                  current={dataset.id === chosen}
                >
                  <Typography variant="body2" component="span" sx={{ fontWeight: 600 }}>
                    {dataset.name}
                  </Typography>
                  <BudgetMeter dataset={dataset} />
                </RowLink>
              ))}
            </RowList>
          }
          detail={chosen && <Dataset key={chosen} id={chosen} onNote={onNote} />}
          prompt={t('tables.stats.choose')}
          back={link({ dataset: undefined })}
        />
      )}
    </QueryState>
  );
}
