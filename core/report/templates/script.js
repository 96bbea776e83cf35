'use strict';
const tip = document.getElementById('tip');

function show(text, event) {
  tip.textContent = text;
  tip.hidden = false;
  const {width, height} = tip.getBoundingClientRect();
  const top = event.clientY - height - 14;
  tip.style.left = `${Math.max(4, Math.min(innerWidth - width - 4, event.clientX - width / 2))}px`;
  tip.style.top = `${top > 4 ? top : event.clientY + 20}px`;
}

function confusionAt(svg, event) {
  const {names, counts} = JSON.parse(document.getElementById('confusion-data').textContent);
  const box = svg.getBoundingClientRect();
  const cell = (offset, side) => Math.max(0, Math.min(names.length - 1, Math.floor(offset / side * names.length)));
  const row = cell(event.clientY - box.top, box.height);
  const column = cell(event.clientX - box.left, box.width);
  const count = counts[row][column];
  const total = counts[row].reduce((sum, value) => sum + value, 0);
  const percent = total ? (100 * count / total).toFixed(1) : '0.0';
  const pointed = document.getElementById('pointed');
  pointed.setAttribute('x', column);
  pointed.setAttribute('y', row);
  pointed.removeAttribute('hidden');
  return `true ${names[row]}\npredicted ${names[column]}: ${count} ${count === 1 ? 'clip' : 'clips'} (${percent} %)`;
}

function point(event) {
  const svg = event.target.closest('#confusion');
  const band = event.target.closest('[data-tip]');
  if (svg) {
    show(confusionAt(svg, event), event);
  } else if (band) {
    show(band.dataset.tip, event);
  } else {
    tip.hidden = true;
  }
}

document.addEventListener('pointermove', point);
document.addEventListener('pointerdown', point);
document.addEventListener('scroll', () => { tip.hidden = true; }, {passive: true});

const play = document.getElementById('play');
function move(moving) {
  document.documentElement.classList.toggle('moving', moving);
  if (play) {
    play.textContent = moving ? 'Pause' : 'Play';
    play.setAttribute('aria-pressed', String(moving));
  }
}
move(!matchMedia('(prefers-reduced-motion: reduce)').matches);
play?.addEventListener('click', () => move(!document.documentElement.classList.contains('moving')));

document.getElementById('joint')?.addEventListener('change', (event) => {
  for (const pair of document.querySelectorAll('.pair')) {
    pair.hidden = pair.dataset.joint !== event.target.value;
  }
});
