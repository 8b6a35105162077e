// Served beside the page from node_modules/uplot/dist/uPlot.esm.js.
export { default } from 'uplot';
