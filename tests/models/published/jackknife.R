# The cluster jackknife in R on Grunfeld, for tests/models/test_cluster.py.
#
#   Rscript jackknife.R plm_Grunfeld.csv > jackknife.csv
#
# "years": clubSandwich's CR3 with year effects, a sum of squares without the factor (G-1)/G,
# which is put in here. "firms_years": lm refitted without each firm (clubSandwich cannot invert
# where the clusters have effects of their own).
suppressMessages(library(clubSandwich))
data <- read.csv(commandArgs(trailingOnly = TRUE)[1])
groups <- length(unique(data$firm))
show <- function(name, value) cat(name, ",", format(value, digits = 12), "\n", sep = "")
cat("quantity,value\n")
fit <- lm(inv ~ value + capital + factor(year), data = data)
v <- as.matrix(vcovCR(fit, cluster = data$firm, type = "CR3")) * (groups - 1) / groups
for (name in c("value", "capital")) show(paste0("years_se_", name), sqrt(v[name, name]))
slopes <- function(rows) coef(lm(inv ~ value + capital + factor(year) + factor(firm), data = rows))[2:3]
whole <- slopes(data)
pull <- sapply(unique(data$firm), function(g) slopes(data[data$firm != g, ]) - whole)
error <- sqrt((groups - 1) / groups * rowSums(pull^2))
for (name in c("value", "capital")) show(paste0("firms_years_se_", name), error[[name]])
