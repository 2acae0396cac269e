// Is run with the preload: outside PM2 that writes one line.
console.log('ran');
