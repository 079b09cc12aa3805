package io.millrace.accounting;

import java.time.Instant;

/**
 * Spend to be added to every period that contains an instant.
 *
 * @param at decides the periods; earlier than {@code by.updatedAt()} where an entry ends a doubt
 */
public record SpendChange(Dimensions dimensions, Instant at, Spend by) {}
