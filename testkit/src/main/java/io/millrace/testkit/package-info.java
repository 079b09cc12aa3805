/**
 * What tests of every module share: a broker, a schema registry, the house rules, and the product
 * as a process that can be killed. In test scope only; knows no service.
 */
@NullMarked
package io.millrace.testkit;

import org.jspecify.annotations.NullMarked;
