# Reliability and agreement by R's psych, for tests/models/test_reliability.py and test_agreement.py.
#
#   Rscript psych.R FOLDER > psych.csv
#
# FOLDER holds assessments.csv of the World Management Survey's Mexican firms (18 items, one
# interview a firm, CC0). ICC: the four raters of Shrout and Fleiss (1979), table 2; blocks
# of items as raters of the firms (three groups: lean, perf, talent); and raters of unequal number,
# nested in targets, by one-way analysis of variance.
suppressMessages(library(psych))
folder <- commandArgs(trailingOnly = TRUE)[1]
answers <- read.csv(file.path(folder, "assessments.csv"), colClasses = c(company_id = "character"))
wide <- tapply(answers$performance, list(answers$company_id, answers$item_id), mean)
whole <- wide[complete.cases(wide), ]
show <- function(quantity, value) cat(quantity, ",", format(value, digits = 12), "\n", sep = "")

cat("quantity,value\n")
show("version_psych_major", as.integer(strsplit(as.character(packageVersion("psych")), "[.]")[[1]][1]))
show("firms", nrow(wide))
show("firms_complete", nrow(whole))
a <- suppressWarnings(alpha(as.data.frame(whole), check.keys = FALSE))
show("alpha_complete", a$total$raw_alpha)
show("alpha_feldt_low", a$feldt$lower.ci$raw_alpha)
show("alpha_feldt_high", a$feldt$upper.ci$raw_alpha)
show("alpha_pairwise", suppressWarnings(alpha(as.data.frame(wide)))$total$raw_alpha)
o <- suppressMessages(suppressWarnings(omega(whole, nfactors = 1, fm = "minres", plot = FALSE)))
show("omega_total", o$omega.tot)
f <- fa(whole, nfactors = 1, fm = "minres")
for (i in seq_len(ncol(whole))) show(paste0("loading_", colnames(whole)[i]), abs(f$loadings[i, 1]))

icc <- function(name, x) {
  r <- suppressWarnings(ICC(x, lmer = FALSE))$results
  for (i in seq_len(nrow(r))) {
    for (column in c("ICC", "F", "df1", "df2", "p", "lower bound", "upper bound")) {
      show(paste(name, r$type[i], gsub(" ", "_", column), sep = "_"), r[i, column])
    }
  }
}
judged <- matrix(c(
  9, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7
), ncol = 4, byrow = TRUE)
icc("shrout_fleiss", judged)
parts <- sapply(c("lean", "perf", "talent"), function(p) {
  rowMeans(whole[, grep(paste0("^", p), colnames(whole)), drop = FALSE])
})
icc("management", parts)

long <- data.frame(score = as.vector(t(judged)), target = factor(rep(1:6, each = 4)))
long <- long[-c(4, 11, 12, 17), ] # targets 1, 3 and 5 lose raters
fit <- anova(lm(score ~ target, long))
size <- as.vector(table(long$target))
n0 <- (sum(size) - sum(size^2) / sum(size)) / (length(size) - 1)
ms <- fit[["Mean Sq"]]
show("unequal_n0", n0)
show("unequal_F", fit[["F value"]][1])
show("unequal_p", fit[["Pr(>F)"]][1])
show("unequal_ICC1", (ms[1] - ms[2]) / (ms[1] + (n0 - 1) * ms[2]))
