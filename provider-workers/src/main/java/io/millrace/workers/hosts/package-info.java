/**
 * Hosts that speak OpenAI's form with small differences: each is a value. Another one is one more
 * value in the list.
 */
@NullMarked
package io.millrace.workers.hosts;

import org.jspecify.annotations.NullMarked;
