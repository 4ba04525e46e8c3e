// What a layer makes of one of its sums: the formulas of cnnviz/ops/activations.py, for one number.
const LEAK = 0.2;

const ACTIVATIONS = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  leaky_relu: (x) => (x > 0 ? x : LEAK * x),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  gelu: (x) => 0.5 * x * erfc(-x / Math.SQRT2),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
};

// The complementary error function, to 1.2e-7 of its value (Press et al. 1992, "Numerical recipes in C", section 6.2).
const ERFC = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
  0.17087277,
];

function erfc(x) {
  const t = 1 / (1 + 0.5 * Math.abs(x));
  const series = ERFC.reduceRight((sum, term) => sum * t + term, 0);
  const tail = t * Math.exp(-x * x + series);
  return x >= 0 ? tail : 2 - tail;
}
