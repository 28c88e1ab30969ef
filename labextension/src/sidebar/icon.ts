import { LabIcon } from '@jupyterlab/ui-components';

/** A small cube that lies in a larger one's outline: a small model. */
export const icon = new LabIcon({
  name: 'slm-magic:models',
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 24 24">
  <g class="jp-icon3 jp-icon-selectable" fill="#616161">
    <path d="M12 1.5 21 6.4v11.2l-9 4.9-9-4.9V6.4zm0 2.3L5 7.6v8.8l7 3.8 7-3.8V7.6z"/>
    <path d="M12 8.2 8.4 10v4l3.6 1.9 3.6-1.9v-4z"/>
  </g>
</svg>`
});
