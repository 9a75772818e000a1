import Alert from '@mui/material/Alert';
import Skeleton from '@mui/material/Skeleton';
import { useTranslation } from 'react-i18next';
import { usePrivacyGetReceiptQuery } from '../../../api/generatedPrivacy';
import { CopyButton } from '../../../shared/components/CopyButton';
import { Facts } from '../../../shared/components/Facts';
import { QueryState } from '../../../shared/components/QueryState';
import { Section } from '../../../shared/components/Section';

/** What was done, signed; its digest stands in the audit log. */
export function Receipt({ id }: { id: string }) {
  const { t } = useTranslation();
  const query = usePrivacyGetReceiptQuery({ requestId: id });
  return (
    <Section
      title={t('requests.receipt.title')}
      text={t('requests.receipt.text')}
      actions={
        query.currentData && (
          <CopyButton
            text={JSON.stringify(query.currentData, null, 2)}
            label={t('requests.receipt.copy')}
          />
        )
      }
    >
      <QueryState query={query} skeleton={<Skeleton variant="rounded" height="6rem" />}>
        {(receipt) => (
          <>
            <Alert
              role="note"
              severity={receipt.genuine ? 'success' : 'error'}
              variant="outlined"
              sx={{ mb: 1.5 }}
            >
              {t(receipt.genuine ? 'requests.receipt.genuine' : 'requests.receipt.forged')}
            </Alert>
            <Facts
              rows={[
                [t('requests.receipt.digest'), receipt.digest],
                [t('requests.receipt.signature'), receipt.signature],
              ]}
            />
          </>
        )}
      </QueryState>
    </Section>
  );
}
