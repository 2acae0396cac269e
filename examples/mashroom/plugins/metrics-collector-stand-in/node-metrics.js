'use strict';

/** Metrics of the Node.js process, under the names that they have in a Mashroom server. */

const { readdirSync } = require('node:fs');
const { monitorEventLoopDelay, PerformanceObserver, constants } = require('node:perf_hooks');
const v8 = require('node:v8');

const GC_KINDS = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

/** @returns {() => void} ends it */
function observeNode(meter) {
  const gauge = (name, description, read) =>
    meter.createObservableGauge(name, { description }).addCallback((result) => result.observe(read()));

  observeConstants(meter);
  const stops = [observeEventLoop(gauge), observeGarbageCollection(meter)];
  observeMemory(meter, gauge);
  observeCpu(meter);
  observeHandles(meter, gauge);
  return () => {
    for (const stop of stops) stop();
  };
}

function observeConstants(meter) {
  const [major, minor, patch] = process.versions.node.split('.').map(Number);
  meter
    .createUpDownCounter('nodejs_version_info', { description: 'Version of Node.js' })
    .add(1, { version: process.version, major, minor, patch });
  meter
    .createUpDownCounter('process_start_time_seconds', { description: 'Start of the process, seconds since the epoch' })
    .add(Math.round(Date.now() / 1000 - process.uptime()));
}

function observeEventLoop(gauge) {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const lag = (suffix, read) =>
    gauge(`nodejs_eventloop_lag_${suffix}seconds`, 'Delay of the event loop', () => read() / 1e9);
  lag('min_', () => delay.min);
  lag('max_', () => delay.max);
  lag('mean_', () => delay.mean);
  lag('stddev_', () => delay.stddev);
  lag('p50_', () => delay.percentile(50));
  lag('p90_', () => delay.percentile(90));
  lag('p99_', () => delay.percentile(99));
  return () => delay.disable();
}

function observeGarbageCollection(meter) {
  const duration = meter.createHistogram('nodejs_gc_duration_seconds', { description: 'Garbage collection by kind' });
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      duration.record(entry.duration / 1000, { kind: GC_KINDS[entry.detail.kind] ?? 'other' });
  });
  observer.observe({ entryTypes: ['gc'] });
  return () => observer.disconnect();
}

function observeMemory(meter, gauge) {
  gauge('nodejs_heap_size_total_bytes', 'Size of the heap', () => process.memoryUsage().heapTotal);
  gauge('nodejs_heap_size_used_bytes', 'Used part of the heap', () => process.memoryUsage().heapUsed);
  gauge('nodejs_external_memory_bytes', 'External memory', () => process.memoryUsage().external);
  gauge('process_resident_memory_bytes', 'Resident memory', () => process.memoryUsage.rss());
  const space = (name, description, key) =>
    meter.createObservableGauge(name, { description }).addCallback((result) => {
      for (const { space_name, ...sizes } of v8.getHeapSpaceStatistics())
        result.observe(sizes[key], { space: space_name.replace(/_space$/, '') });
    });
  space('nodejs_heap_space_size_total_bytes', 'Size of a heap space', 'space_size');
  space('nodejs_heap_space_size_used_bytes', 'Used part of a heap space', 'space_used_size');
  space('nodejs_heap_space_size_available_bytes', 'Free part of a heap space', 'space_available_size');
}

function observeCpu(meter) {
  const seconds = (name, description, read) =>
    meter
      .createObservableCounter(name, { description })
      .addCallback((result) => result.observe(read(process.cpuUsage()) / 1e6));
  seconds('process_cpu_user_seconds_total', 'CPU time in user code', ({ user }) => user);
  seconds('process_cpu_system_seconds_total', 'CPU time in the system', ({ system }) => system);
  seconds('process_cpu_seconds_total', 'CPU time', ({ user, system }) => user + system);
}

function observeHandles(meter, gauge) {
  meter
    .createObservableGauge('nodejs_active_handles', { description: 'Active resources by type' })
    .addCallback((result) => {
      const counts = new Map();
      for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
      for (const [type, count] of counts) result.observe(count, { type });
    });
  gauge('nodejs_active_handles_total', 'Active resources', () => process.getActiveResourcesInfo().length);
  if (process.platform === 'linux')
    gauge('process_open_fds', 'Open file descriptors', () => readdirSync('/proc/self/fd').length);
}

module.exports = { observeNode };
