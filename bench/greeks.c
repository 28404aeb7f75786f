/* The peer in compiled C: the same chain of columns, plainly written, one expiry at a time. */
#include <math.h>

#define INVERSE_SQRT_2PI 0.3989422804014327

/* Hart (1968) algorithm 5666 as published by West (2005). */
static double tail(double a, double e) {
  if (a < 7.07106781186547) {
    double p = ((((((3.52624965998911e-2 * a + 0.700383064443688) * a + 6.37396220353165) * a + 33.912866078383) * a +
                  112.079291497871) * a + 221.213596169931) * a + 220.206867912376);
    double q = (((((((8.83883476483184e-2 * a + 1.75566716318264) * a + 16.064177579207) * a + 86.7807322029461) * a +
                   296.564248779674) * a + 637.333633378831) * a + 793.826512519948) * a + 440.413735824752);
    return e * p / q;
  }
  return e * INVERSE_SQRT_2PI / (a + 1 / (a + 2 / (a + 3 / (a + 4 / (a + 0.65)))));
}

/* Price, delta, gamma, theta per day, vega and vanna per point, charm per day of contracts from .. to of one expiry. */
void greeks(int from, int to, double spot, double rate, double yield, double t, const double *restrict strike,
            const double *restrict log_strike, const double *restrict volatility, const unsigned char *restrict is_call,
            double *restrict price, double *restrict delta, double *restrict gamma, double *restrict theta,
            double *restrict vega, double *restrict vanna, double *restrict charm) {
  double root = sqrt(t), dq = exp(-yield * t), dr = exp(-rate * t), drift = (rate - yield) * t, log_spot = log(spot);
  for (int i = from; i < to; i++) {
    double sigma = volatility[i], deviation = sigma * root, inverse = 1 / deviation;
    double d1 = (log_spot - log_strike[i] + drift) * inverse + 0.5 * deviation, d2 = d1 - deviation;
    double cash_strike = strike[i] * dr, e1 = exp(-0.5 * d1 * d1), e2 = e1 * spot * dq / cash_strike;
    double tail1 = tail(fabs(d1), e1), tail2 = tail(fabs(d2), e2), put = is_call[i] ? 0 : 1;
    double n1 = (d1 > 0 ? 1 - tail1 : tail1) - put, n2 = (d2 > 0 ? 1 - tail2 : tail2) - put;
    double density = dq * e1 * INVERSE_SQRT_2PI, stock = spot * dq * n1, cash = cash_strike * n2;
    price[i] = stock - cash;
    delta[i] = dq * n1;
    gamma[i] = density * inverse / spot;
    theta[i] = (-spot * density * sigma / (2 * root) - rate * cash + yield * stock) / 365;
    vega[i] = spot * density * root * 0.01;
    vanna[i] = -density * d2 / sigma * 0.01;
    charm[i] = (yield * dq * n1 - density * (2 * drift - d2 * deviation) * inverse / (2 * t)) / 365;
  }
}

/* Adds each contract's gamma exposure to its strike's; the sum for one expiry. */
double exposure(int from, int to, double spot, const unsigned char *restrict is_call, const int *restrict place,
                const double *restrict open_interest, const double *restrict delta, const double *restrict gamma,
                const double *restrict vanna, const double *restrict charm, double *restrict by_strike) {
  double sum = 0, per_dollar = 100 * spot, per_percent = per_dollar * spot * 0.01;
  for (int i = from; i < to; i++) {
    double signed_interest = (is_call[i] ? 1 : -1) * open_interest[i], gex = signed_interest * gamma[i] * per_percent;
    double *row = by_strike + 4 * place[i];
    row[0] += gex;
    row[1] += signed_interest * delta[i] * per_dollar;
    row[2] += signed_interest * vanna[i] * per_dollar;
    row[3] += signed_interest * charm[i] * per_dollar;
    sum += gex;
  }
  return sum;
}

/* Adds one expiry's gamma exposure at each of the given spots: the profile whose zero is the flip. */
void profile(int from, int to, int points, double rate, double yield, double t, const double *restrict log_strike,
             const double *restrict volatility, const unsigned char *restrict is_call,
             const double *restrict open_interest, const double *restrict spots, double *restrict sums) {
  double root = sqrt(t), dq = exp(-yield * t), drift = (rate - yield) * t;
  for (int p = 0; p < points; p++) {
    double log_spot = log(spots[p]), sum = 0;
    for (int i = from; i < to; i++) {
      double inverse = 1 / (volatility[i] * root);
      double d1 = (log_spot - log_strike[i] + drift) * inverse + 0.5 * volatility[i] * root;
      sum += (is_call[i] ? 1 : -1) * open_interest[i] * exp(-0.5 * d1 * d1) * inverse;
    }
    sums[p] += sum * dq * INVERSE_SQRT_2PI * spots[p];
  }
}
