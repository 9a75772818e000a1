import ArrowBackOutlined from '@mui/icons-material/ArrowBackOutlined';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Step from '@mui/material/Step';
import StepLabel from '@mui/material/StepLabel';
import Stepper from '@mui/material/Stepper';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useAddress } from '../../../shared/hooks/useAddress';
import { PlanEditor } from './PlanEditor';
import { Releases } from './Releases';
import { ReleaseView } from './ReleaseView';
import { Uploaded } from './Uploaded';
import { UploadForm } from './UploadForm';

const STEPS = ['upload', 'columns', 'risk'] as const;

/** Upload, confirm columns, see the risk and download; which step it is stands in the address. */
export function Wizard({ onNote }: { onNote: (text: string) => void }) {
  const { t } = useTranslation();
  const { get, set } = useAddress();
  const [table, release] = [get('table'), get('release')];
  const step = release ? 2 : table ? 1 : 0;
  return (
    <Box sx={{ display: 'grid', gap: 2 }}>
      <Stepper activeStep={step} aria-label={t('tables.steps')} sx={{ maxWidth: '44rem' }}>
        {STEPS.map((each, i) => (
          <Step key={each} aria-current={i === step ? 'step' : undefined}>
            <StepLabel>{t(`tables.step.${each}`)}</StepLabel>
          </Step>
        ))}
      </Stepper>
      {step > 0 && (
        <Box>
          <Button component={Link} to="?" size="small" startIcon={<ArrowBackOutlined />}>
            {t('tables.back')}
          </Button>
        </Box>
      )}
      {step === 0 && (
        <>
          <UploadForm onMade={(id) => set({ table: id })} />
          <Uploaded onNote={onNote} />
          <Releases />
        </>
      )}
      {table && step === 1 && (
        <PlanEditor
          key={table}
          id={table}
          onReleased={(id) => set({ table: undefined, release: id })}
        />
      )}
      {release && <ReleaseView key={release} id={release} onNote={onNote} />}
    </Box>
  );
}
